-- Why a decision no longer stands, and what was told of it. A letter of a decision that has fallen is never sent.
-- `says` is a digest of what a letter tells; `told_at` is when the relay last took one. `wished_at` is when the
-- candidate applied: a withdrawal or erasure after it concerns the letter. `changes` is every change of state with its
-- time and cause. The source is where the record of the decision stood that made it stand.
-- `begun` is how many letters of it were begun, and `begun_at` when the last one was, which is its date.
-- An erased letter keeps its state, programme, outcome and times for the count, and nothing of the person.
ALTER TABLE letters
    ADD COLUMN programme text, ADD COLUMN outcome text, ADD COLUMN says text,
    ADD COLUMN fallen text CHECK (fallen IN ('superseded', 'withdrawn', 'erased')),
    ADD COLUMN told_at timestamptz, ADD COLUMN wished_at timestamptz, ADD COLUMN decided_at timestamptz,
    ADD COLUMN begun integer NOT NULL DEFAULT 0, ADD COLUMN begun_at timestamptz,
    ADD COLUMN review_asked_at timestamptz, ADD COLUMN changes jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN source_partition integer, ADD COLUMN source_offset bigint;

UPDATE letters SET programme = decision ->> 'programme', outcome = decision ->> 'outcome',
    decided_at = (decision ->> 'decided_at')::timestamptz, wished_at = (decision ->> 'decided_at')::timestamptz,
    told_at = CASE WHEN state = 'sent' THEN changed_at END,
    begun = (message_id IS NOT NULL)::integer, begun_at = CASE WHEN message_id IS NOT NULL THEN changed_at END;

ALTER TABLE letters
    ALTER COLUMN programme SET NOT NULL, ALTER COLUMN outcome SET NOT NULL,
    ALTER COLUMN decided_at SET NOT NULL, ALTER COLUMN wished_at SET NOT NULL,
    ALTER COLUMN application_id DROP NOT NULL, ALTER COLUMN candidate_id DROP NOT NULL,
    ALTER COLUMN decision DROP NOT NULL,
    DROP CONSTRAINT letters_state_check,
    ADD CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'suppressed', 'held')),
    ADD CHECK (fallen = 'erased' OR (application_id IS NOT NULL AND candidate_id IS NOT NULL AND decision IS NOT NULL));

DROP INDEX letters_queued, letters_unpublished, letters_due;
-- A programme that is paused, with however many letters due, is passed over and not read through.
CREATE INDEX letters_due ON letters (programme, due_at) WHERE state IN ('queued', 'sending') AND due_at IS NOT NULL;
-- All of a person's letters of a programme are looked at before one of them is sent.
CREATE INDEX letters_person ON letters (candidate_id, programme);
CREATE INDEX letters_waiting ON letters (created_at) WHERE state = 'queued' AND due_at IS NULL;
CREATE INDEX letters_unpublished ON letters (changed_at)
    WHERE state IN ('sent', 'failed', 'suppressed', 'held') AND NOT published;
-- What an operator has to look at.
CREATE INDEX letters_stuck ON letters (changed_at) WHERE state IN ('failed', 'held');

-- What candidates wished, the newest of each. They outlive what they concern: a record that is read again, or comes
-- late, meets them. An erased person is known here by their pseudonym alone.
CREATE TABLE withdrawals (application_id uuid PRIMARY KEY, at timestamptz NOT NULL);
CREATE TABLE erasures (candidate_id text PRIMARY KEY, at timestamptz NOT NULL);

-- Where letters are paused, and where they were. The scope is a programme, or empty for all.
CREATE TABLE pauses (
    scope  text        PRIMARY KEY,
    paused boolean     NOT NULL,
    at     timestamptz NOT NULL,
    by     text        NOT NULL,
    why    text        NOT NULL
);

-- Every command of an operator that was obeyed or refused: a repeated one meets the same answer.
CREATE TABLE commands (
    command_id uuid PRIMARY KEY,
    refusal    text
);
