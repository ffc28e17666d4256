-- One row a decision, never changed. `data` is the event as published, byte for byte; the columns beside it are what
-- is searched and counted. The application leads the key, so that one index finds a decision and all decisions of an
-- application. A decision is about 2 kB: kept in its row, and not compressed, which costs more than it saves.
CREATE TABLE decisions (
    application_id uuid        NOT NULL,
    decision_id    uuid        NOT NULL,
    outcome        text        NOT NULL CHECK (outcome IN ('advance', 'review', 'decline')),
    track          text,
    decided_at     timestamptz NOT NULL,
    data           bytea       NOT NULL,
    PRIMARY KEY (application_id, decision_id)
) WITH (toast_tuple_target = 8160);

-- For people: the same with the event as JSON. Bytes are what is stored, since Postgres need not read every decision
-- it is given.
CREATE VIEW decision_records AS
SELECT application_id, decision_id, outcome, track, decided_at, convert_from(data, 'UTF8')::json AS record
FROM decisions;
