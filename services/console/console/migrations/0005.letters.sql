-- When the letter of the decision that stands came into its state: what is stuck is listed by it.
ALTER TABLE applications ADD COLUMN letter_at timestamptz;
CREATE INDEX applications_stuck ON applications (letter, letter_at DESC, application_id)
    WHERE letter IN ('failed', 'held');
