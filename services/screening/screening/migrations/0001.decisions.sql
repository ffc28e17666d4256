-- One row a decision, never changed. `data` is the event as published, byte for byte (json, not jsonb).
-- The application leads the key, so that one index finds a decision and all decisions of an application.
CREATE TABLE decisions (
    application_id uuid        NOT NULL,
    decision_id    uuid        NOT NULL,
    candidate_id   text        NOT NULL,
    revision       text        NOT NULL,
    programme      text        NOT NULL,
    policy_digest  text        NOT NULL,
    outcome        text        NOT NULL CHECK (outcome IN ('advance', 'review', 'decline')),
    track          text,
    unit           text,
    decided_at     timestamptz NOT NULL,
    data           json        NOT NULL,
    PRIMARY KEY (application_id, decision_id)
);
