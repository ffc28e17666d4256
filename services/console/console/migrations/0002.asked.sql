-- What people asked of the pipeline and what became of it, the policies there are, and trials of policies: all from
-- the topics, as everything here.

-- `about` holds the command's own fields, without a policy's content and without anybody's pseudonym.
CREATE TABLE commands (
    command_id     uuid        PRIMARY KEY,
    type           text        NOT NULL,
    application_id uuid,
    by             text        NOT NULL,
    why            text        NOT NULL,
    at             timestamptz NOT NULL,
    about          json        NOT NULL
);
CREATE INDEX commands_latest ON commands (at DESC, command_id);
CREATE INDEX commands_application ON commands (application_id) WHERE application_id IS NOT NULL;

-- A command may be for two services, and answered by both.
CREATE TABLE answers (
    command_id  uuid        NOT NULL,
    service     text        NOT NULL,
    refusal     text,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (command_id, service)
);

-- `seats` is how many each track has, which the first page asks for every second.
CREATE TABLE policies (
    digest         text        PRIMARY KEY,
    programme      text        NOT NULL,
    name           text        NOT NULL,
    version        text        NOT NULL,
    effective_from timestamptz,
    approved_at    timestamptz,
    known          json        NOT NULL,
    seats          json        NOT NULL
);

CREATE TABLE trials (
    command_id uuid        PRIMARY KEY,
    programme  text        NOT NULL,
    tried_at   timestamptz NOT NULL,
    tried      json        NOT NULL
);

-- What was sent to be tried, so that it can be proposed as it was tried.
CREATE TABLE trial_policies (command_id uuid PRIMARY KEY, policy json NOT NULL);
