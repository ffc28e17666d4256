-- The newest contact of each candidate. A tombstone on hiring.contacts deletes the row.
CREATE TABLE contacts (
    candidate_id text        PRIMARY KEY,
    name         text        NOT NULL,
    email        text        NOT NULL,
    phone        text,
    locale       text        NOT NULL,
    time_zone    text,
    given_at     timestamptz NOT NULL
);

-- The ledger: one letter a decision, for ever.
-- claims is how often a worker took the letter. It only grows, and every write of a worker names the claim it was
-- made under: who lost a letter cannot undo what its next holder writes. An e-mail goes out at most once a claim.
-- attempts counts answers of the relay; a worker that died costs none. doubts are those of them where the letter
-- was handed over and no answer came.
-- due_at is when a worker may next take the letter. While it is being sent that is the end of its lease: a
-- letter whose worker died falls due again. NULL in the state queued means that the contact has not come yet.
CREATE TABLE letters (
    decision_id    uuid        PRIMARY KEY,
    application_id uuid        NOT NULL,
    candidate_id   text        NOT NULL,
    decision       json        NOT NULL,
    state          text        NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed')),
    claims         integer     NOT NULL DEFAULT 0,
    attempts       integer     NOT NULL DEFAULT 0,
    doubts         integer     NOT NULL DEFAULT 0,
    due_at         timestamptz,
    message_id     text,
    cause          text,
    published      boolean     NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL DEFAULT now(),
    changed_at     timestamptz NOT NULL DEFAULT now()
);

-- Each index holds only the letters of one stage: claiming stays as quick with a million letters sent.
CREATE INDEX letters_due ON letters (due_at) WHERE state IN ('queued', 'sending') AND due_at IS NOT NULL;
CREATE INDEX letters_queued ON letters (candidate_id) INCLUDE (due_at) WHERE state = 'queued';
CREATE INDEX letters_unpublished ON letters (changed_at) WHERE state IN ('sent', 'failed') AND NOT published;
CREATE INDEX letters_application ON letters (application_id);
