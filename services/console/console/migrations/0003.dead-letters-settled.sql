-- What became of dead letters: redriven or discarded, by whom and why. From the topics, as everything here.

-- What operators settled, letter by letter, as `hiring.answers` tells it; the letter itself may come later.
CREATE TABLE settlements (
    partition  integer     NOT NULL,
    "offset"   bigint      NOT NULL,
    state      text        NOT NULL,
    command_id uuid        NOT NULL,
    by         text        NOT NULL,
    why        text        NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (partition, "offset")
);
CREATE INDEX settlements_command ON settlements (command_id);

CREATE INDEX dead_letters_open ON dead_letters (topic, flaw, partition, "offset") WHERE state = 'open';

-- How many of a group are still open.
ALTER TABLE dead_letter_groups ADD open bigint NOT NULL DEFAULT 0;
UPDATE dead_letter_groups SET open = n;

-- What to know of a command that was obeyed.
ALTER TABLE answers ADD note text;
