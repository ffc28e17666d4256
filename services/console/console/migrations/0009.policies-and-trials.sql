-- What the list of policies tells of each, so that it reads no policy whole. A console of the release before, which may
-- still run, leaves them empty: they are in `known` too.
ALTER TABLE policies ADD COLUMN from_approval boolean NOT NULL DEFAULT false, ADD COLUMN proposed_by text,
    ADD COLUMN proposed_at timestamptz, ADD COLUMN approved_by text;
UPDATE policies SET proposed_by = known->>'proposed_by', proposed_at = (known->>'proposed_at')::timestamptz,
    approved_by = known->>'approved_by';
-- Which policy of a programme judges at a moment.
CREATE INDEX policies_in_force ON policies (programme, effective_from DESC NULLS LAST, approved_at DESC)
    WHERE approved_at IS NOT NULL;

-- Which policy was tried, and how many would end with another outcome (`flipped`) or elsewhere with the same (`moved`):
-- nothing where it could not be tried.
ALTER TABLE trials ADD COLUMN digest text, ADD COLUMN flipped bigint, ADD COLUMN moved bigint;
-- From its text, as it was written here: no text in it that JSON knows and Postgres does not ends the migration.
UPDATE trials SET digest = substring(tried::text FROM '"digest":"([0-9a-f]{64})"'),
    flipped = substring(tried::text FROM '"flipped":([0-9]{1,18})[,}]')::bigint,
    moved = substring(tried::text FROM '"moved":([0-9]{1,18})[,}]')::bigint;
CREATE INDEX trials_of_policy ON trials (digest, tried_at DESC);
-- Trials of a policy that are asked for by its digest; those under way are in no other table.
CREATE INDEX commands_trying ON commands ((about->>'digest'), at DESC) WHERE type = 'PolicyTrialRequested';
