-- Policies that are to be tried and are not answered yet. Whoever tries one holds it until `leased_until`, and renews
-- that; who dies leaves it to another. `begun` is how often it was begun and not given back. The answer is stored before
-- it is published, so that it is the same however often that happens; then the row goes.
CREATE TABLE trials (
    serial       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command_id   uuid        NOT NULL UNIQUE,
    programme    text        NOT NULL,
    policy       json        NOT NULL,
    against      text,       -- a digest of the table `policies`
    begun        integer     NOT NULL DEFAULT 0,
    holder       uuid,
    leased_until timestamptz,
    answer       bytea
);
