-- When a command was answered, so that the answer to a repeated one is the same, byte for byte. What was answered
-- before this release was answered when it was installed.
ALTER TABLE commands ADD COLUMN answered_at timestamptz NOT NULL DEFAULT now();
