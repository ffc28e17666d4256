-- What the console shows, made from the topics alone: `console rebuild` empties it and reads them anew.
-- Nothing here says who a candidate is.

-- One row an application that the topics tell of. Topics are read side by side, so any part may come first; an
-- application counts once its own event is here (submitted_at). `letters` is the latest news of each decision's
-- letter, `letter` that of the decision that stands.
CREATE TABLE applications (
    application_id uuid        PRIMARY KEY,
    source         text,
    programme      text,
    revision       text,
    submitted_at   timestamptz,
    facts          json,
    decision_id    uuid,
    outcome        text,
    track          text,
    unit           text,
    decided_at     timestamptz,
    decided_by     text,
    decision       json,
    letters        json        NOT NULL DEFAULT '{}',
    letter         text        NOT NULL DEFAULT '',
    withdrawn_at   timestamptz
);

-- What happened to an application, in the events' own words.
CREATE TABLE history (
    application_id uuid        NOT NULL,
    kind           text        NOT NULL,
    id             text        NOT NULL,
    at             timestamptz NOT NULL,
    by             text,
    details        json        NOT NULL,
    PRIMARY KEY (application_id, kind, id)
);

-- When an application was forgotten: news from before then is not taken again.
CREATE TABLE forgotten (application_id uuid PRIMARY KEY, at timestamptz NOT NULL);

-- How many applications are in each state. Each counts in one cell, so every figure of a page is a sum of few rows.
CREATE TABLE cells (
    programme text    NOT NULL,
    outcome   text    NOT NULL,
    track     text    NOT NULL,
    unit      text    NOT NULL,
    letter    text    NOT NULL,
    withdrawn boolean NOT NULL,
    n         bigint  NOT NULL,
    PRIMARY KEY (programme, outcome, track, unit, letter, withdrawn)
);

-- Where each dead letter stands on its topic, and why it is there. The record itself may hold personal data and stays
-- on the topic.
CREATE TABLE dead_letters (
    partition        integer     NOT NULL,
    "offset"         bigint      NOT NULL,
    flaw             text        NOT NULL,
    detail           text        NOT NULL,
    topic            text        NOT NULL,
    source_partition integer     NOT NULL,
    source_offset    bigint      NOT NULL,
    consumer         text        NOT NULL,
    failed_at        timestamptz NOT NULL,
    state            text        NOT NULL DEFAULT 'open',
    PRIMARY KEY (partition, "offset")
);
CREATE INDEX dead_letters_group ON dead_letters (topic, flaw, failed_at DESC, partition, "offset");

CREATE TABLE dead_letter_groups (
    topic    text        NOT NULL,
    flaw     text        NOT NULL,
    n        bigint      NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (topic, flaw)
);

-- How far each partition is read: a record is applied in the transaction that moves its position, so exactly once.
-- `target` is where the partition ended when a rebuild began.
CREATE TABLE positions (
    topic     text    NOT NULL,
    partition integer NOT NULL,
    next      bigint  NOT NULL,
    target    bigint,
    PRIMARY KEY (topic, partition)
);

-- One row. Whoever writes locks it, so there is one writer at a time; `generation` names the consumer group, and a
-- writer of an earlier one writes nothing. `changed` counts the writes.
CREATE TABLE read_model (
    one              boolean     PRIMARY KEY DEFAULT true CHECK (one),
    generation       integer     NOT NULL DEFAULT 1,
    changed          bigint      NOT NULL DEFAULT 0,
    rebuilding_since timestamptz,
    last_arrived   timestamptz
);
INSERT INTO read_model DEFAULT VALUES;
