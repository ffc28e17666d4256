-- The trace that a letter's decision came in, where it is traced: a traceparent of W3C Trace Context. It says nothing of
-- the person; the spans it leads to name the application.
ALTER TABLE letters ADD COLUMN trace text;
