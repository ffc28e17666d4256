-- Proposed without a date: it judges from the moment of its approval on, which is written to `effective_from` then. Until
-- then that is the moment of proposing. What was proposed before this is as its approver was told: by its date.
ALTER TABLE policies ADD COLUMN from_approval boolean NOT NULL DEFAULT false;
