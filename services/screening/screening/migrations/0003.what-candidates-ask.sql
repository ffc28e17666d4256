-- When each application was last withdrawn. There may be no decision on it yet, or none any more.
CREATE TABLE withdrawals (
    application_id uuid        PRIMARY KEY,
    at             timestamptz NOT NULL
);

-- Where a revision was submitted again later than the record of its decision says: when last. The record stays as it is.
CREATE TABLE resubmissions (
    application_id uuid        NOT NULL,
    settles        uuid        NOT NULL,
    submitted_at   timestamptz NOT NULL,
    PRIMARY KEY (application_id, settles)
);

-- When what a decision is on was submitted, as its record says; those of earlier releases do not. A record begins with
-- its ids, its programme and this: no text that came with it is ever in the way.
CREATE FUNCTION recorded_submission(data bytea) RETURNS timestamptz LANGUAGE sql STABLE
RETURN substring(convert_from(data, 'UTF8') FROM '"submitted_at":"([^"]+)"')::timestamptz;

-- The decisions whose application was not submitted again after it was withdrawn, a person's among them. Where it is not
-- known when it was submitted, any withdrawal came later.
CREATE VIEW withdrawn AS
SELECT d.application_id, d.decision_id, w.at
FROM withdrawals w JOIN decisions d USING (application_id)
LEFT JOIN resubmissions s ON s.application_id = d.application_id
    AND s.settles = substring(convert_from(d.data, 'UTF8') FROM '"revision":"([0-9a-f]{32})')::uuid
WHERE w.at >= greatest(recorded_submission(d.data), s.submitted_at, '-infinity');

-- The decisions that a candidate asks a person to look at.
CREATE TABLE review_requests (
    application_id uuid        NOT NULL,
    decision_id    uuid        NOT NULL,
    at             timestamptz NOT NULL,
    PRIMARY KEY (application_id, decision_id)
);

-- Who was forgotten, by pseudonym: whatever was submitted up to `at` is not decided again. `applications` is how many
-- of theirs had been decided. Their ids are for telling once more what is to be forgotten, and go at the first erasure
-- a week later.
CREATE TABLE erasures (
    candidate_id    text        PRIMARY KEY,
    at              timestamptz NOT NULL,
    applications    integer     NOT NULL,
    application_ids uuid[]      NOT NULL,
    obeyed_at       timestamptz NOT NULL DEFAULT now()
);

-- A candidate's decisions. The pseudonym always stands at the same place of a record (tests/unit/screening/test_record.py
-- holds it there), so that neither the row nor the statement that stores it grows.
CREATE INDEX decisions_of_a_candidate ON decisions USING hash (substring(data FROM 127 FOR 64));

-- When the first one was last submitted, as far as it is known: one that was withdrawn since is the first no more.
ALTER TABLE first_applications ADD COLUMN submitted_at timestamptz NOT NULL DEFAULT '-infinity';
