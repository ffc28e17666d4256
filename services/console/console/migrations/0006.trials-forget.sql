-- Which applications a trial names as examples: who is forgotten is named no more.
ALTER TABLE trials ADD COLUMN names uuid[] NOT NULL DEFAULT '{}';
