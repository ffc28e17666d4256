-- What a decision answers: a revision of its application (the first half of the revision's digest), or, where a person
-- decided, the decision they reviewed. Each is answered once: whoever repeats a batch, or sends an application again,
-- meets the first answer, whatever policy has come into force since.
-- `serial` says which decision of an application stands: the highest. The source is the record on `hiring.applications`
-- that last made a decision stand: one that is read again says nothing new. Unknown of older rows, and of verdicts.
ALTER TABLE decisions ADD COLUMN settles uuid, ADD COLUMN serial bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN source_partition integer, ADD COLUMN source_offset bigint;

-- Until now a changed policy file could decide a revision anew: its last decision is its answer.
UPDATE decisions SET settles = CASE WHEN told.newest = 1 THEN told.revision ELSE decisions.decision_id END
FROM (SELECT application_id, decision_id, revision,
             row_number() OVER (PARTITION BY application_id, revision ORDER BY serial DESC) AS newest
      FROM (SELECT application_id, decision_id, serial,
                   substring(convert_from(data, 'UTF8') FROM '"revision":"([0-9a-f]{32})')::uuid AS revision
            FROM decisions) AS read) AS told
WHERE decisions.application_id = told.application_id AND decisions.decision_id = told.decision_id;

ALTER TABLE decisions ALTER COLUMN settles SET NOT NULL;
ALTER TABLE decisions DROP CONSTRAINT decisions_pkey;
ALTER TABLE decisions ADD PRIMARY KEY (application_id, settles);
-- What has a person look, the longest waiting first.
CREATE INDEX decisions_for_a_person ON decisions (serial) WHERE outcome = 'review';

-- Every policy that was proposed. It judges once it is approved, and is never changed or taken away from then on.
CREATE TABLE policies (
    digest         text        PRIMARY KEY,
    programme      text        NOT NULL,
    name           text        NOT NULL,
    version        text        NOT NULL,
    content        json        NOT NULL,
    origin         text        NOT NULL CHECK (origin IN ('file', 'command')),
    effective_from timestamptz NOT NULL,
    proposed_by    text        NOT NULL,
    proposed_why   text        NOT NULL,
    proposed_at    timestamptz NOT NULL,
    proposers      text[]      NOT NULL, -- whoever ever proposed it: none of them approves it
    approved_by    text,
    approved_why   text,
    approved_at    timestamptz,
    CHECK ((approved_at IS NULL) = (approved_by IS NULL) AND (approved_at IS NULL) = (approved_why IS NULL))
);
-- Decisions name a policy by name and version: of each, one content is ever in force.
CREATE UNIQUE INDEX one_approved_content_a_version ON policies (name, version) WHERE approved_at IS NOT NULL;

-- Every command that was obeyed or refused, so that a repeated one is met with the same answer.
CREATE TABLE commands (
    command_id uuid PRIMARY KEY,
    refusal    text
);

-- The application of each candidate that was decided first, in programmes that have a person look at further ones.
CREATE TABLE first_applications (
    programme      text NOT NULL,
    candidate_id   text NOT NULL,
    application_id uuid NOT NULL,
    PRIMARY KEY (programme, candidate_id)
);
