-- What waits for a person, from the topics as everything here, and who looks at what: that is only kept here, and may
-- be lost.

-- One row an application that waits. `reason` is the rule that weighs most among those that sent it; `answering`: a
-- verdict was sent and is not answered yet.
CREATE TABLE waiting (
    application_id uuid        PRIMARY KEY,
    decision_id    uuid        NOT NULL,
    programme      text        NOT NULL,
    track          text        NOT NULL,
    reason         text        NOT NULL,
    since          timestamptz NOT NULL,
    answering      boolean     NOT NULL
);
-- The queue, whatever is filtered by: the longest waiting first.
CREATE INDEX waiting_longest ON waiting (since, application_id) INCLUDE (programme, track, reason) WHERE NOT answering;
CREATE INDEX waiting_answering ON waiting (application_id) WHERE answering;

-- What is known already. Looks that candidates asked for, and verdicts on their way, come with the next rebuild.
INSERT INTO waiting
SELECT application_id, decision_id, programme, coalesce(track, '-'), coalesce(decision #>> '{reasons,0,rule}', '-'),
    decided_at, false
FROM applications
WHERE outcome = 'review' AND submitted_at IS NOT NULL AND (withdrawn_at IS NULL OR withdrawn_at < submitted_at);

-- Who looks at which application, until when. `sent` is the decision on which they have just sent a verdict: they are
-- done with it, and nobody else gets it before the verdict has come back over the topic.
CREATE TABLE claims (
    application_id uuid        PRIMARY KEY,
    by             text        NOT NULL,
    taken_at       timestamptz NOT NULL,
    until          timestamptz NOT NULL,
    sent           uuid
);

-- What somebody put to the back of the queue, for themselves.
CREATE TABLE skips (
    by             text        NOT NULL,
    application_id uuid        NOT NULL,
    until          timestamptz NOT NULL,
    PRIMARY KEY (by, application_id)
);

-- How many verdicts somebody gave today.
CREATE INDEX commands_given ON commands (by, at) WHERE type = 'ReviewGiven';
CREATE INDEX answers_refused ON answers (command_id) WHERE refusal IS NOT NULL;
