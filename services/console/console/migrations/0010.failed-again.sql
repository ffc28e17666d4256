-- Which dead letter came of another that was redriven, and by which command: from the headers of the new one.
CREATE TABLE failed_again (
    partition      integer NOT NULL,
    "offset"       bigint  NOT NULL,
    from_partition integer NOT NULL,
    from_offset    bigint  NOT NULL,
    command_id     uuid,
    PRIMARY KEY (partition, "offset")
);
CREATE INDEX failed_again_from ON failed_again (from_partition, from_offset);
