"""What people ask of the pipeline, on `hiring.commands`: each says who, when and why.

`hiring.command.policy-proposed.v1`, `hiring.command.policy-approved.v1` (key: programme);
`hiring.command.review-given.v1`, `hiring.command.review-requested.v1`, `hiring.command.application-withdrawn.v1`,
`hiring.command.letter-settled.v1` (key: application_id);
`hiring.command.candidate-erased.v1` (key: candidate_id);
`hiring.command.letters-paused.v1`, `hiring.command.letters-resumed.v1` (key: programme, or `letters` for all);
`hiring.command.policy-trial-requested.v1` (key: programme);
`hiring.command.dead-letters-settled.v1` (key: `dead-letters`).
"""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from hiring.events.fields import ONE_LINE, PLAIN, Digest, Event, Moment, Slug

Person = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), ONE_LINE]
Why = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True), PLAIN]


class Command(Event):
    """What every command has. `command_id` makes a repeated one the same."""

    command_id: UUID
    by: Person
    why: Why
    at: Moment


class PolicyProposed(Command):
    """A policy to come into force once another person approves it: its whole content, and the digest of that.

    It judges applications submitted from `effective_from` on; with `from_approval`, from the moment of its approval on,
    and `effective_from` is that of proposing it, for readers who do not know the field.
    """

    programme: Slug
    digest: Digest
    policy: dict[str, Any]
    effective_from: Moment
    from_approval: bool = False


class PolicyApproved(Command):
    """The second pair of eyes on a proposed policy; with `effective_from`, on that it judges from then on.

    With `from_approval`, on that it judges from this approval on; `effective_from` says nothing then.
    """

    programme: Slug
    digest: Digest
    effective_from: Moment | None = None
    from_approval: bool = False


class ReviewGiven(Command):
    """A reviewer's verdict on a decision that went to a person; `by` is the reviewer.

    `track` and `unit` may name another than the decision's where the verdict is to advance.
    """

    application_id: UUID
    decision_id: UUID
    verdict: Literal["advance", "decline"]
    track: Slug | None = None
    unit: Slug | None = None


class ReviewRequested(Command):
    """The candidate asks that a person looks at a decision that was made by the policy."""

    application_id: UUID
    decision_id: UUID


class ApplicationWithdrawn(Command):
    """The candidate takes an application back; `by` and `source` are who passes it on, `at` when it was withdrawn.

    An application submitted after `at` is a new wish, and stands.
    """

    application_id: UUID
    source: Slug


class CandidateErased(Command):
    """A person is to be forgotten: everything that is kept under this pseudonym; `by` is who passes the wish on."""

    candidate_id: Digest


class LettersPaused(Command):
    """No letter goes out from now on, of this programme or, without one, of any; none is forgotten."""

    programme: Slug | None = None


class LettersResumed(Command):
    """Letters go out again. What is paused for all goes on only by a command for all."""

    programme: Slug | None = None


class LetterSettled(Command):
    """An operator's word on a letter that is held or failed: send it once more, or leave it unsent."""

    application_id: UUID
    decision_id: UUID
    then: Literal["send", "drop"]


class PolicyTrialRequested(Command):
    """Try a policy on every application there is, and change nothing; the answer is a PolicyTried.

    `digest` names one that was proposed, else `policy` is its whole content. It is compared with the policy
    `against`, or without one with what was decided.
    """

    programme: Slug
    digest: Digest | None = None
    policy: dict[str, Any] | None = None
    against: Digest | None = None

    @model_validator(mode="after")
    def _one_policy(self) -> Self:
        if (self.digest is None) == (self.policy is None):
            raise ValueError("name the policy by its digest, or send its content, and not both")
        return self


class DeadLetterPlace(Event):
    """Where one dead letter stands on its topic."""

    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]


class DeadLetterGroup(Event):
    """Every dead letter of one topic and flaw that failed until a moment and is not settled yet."""

    topic: Annotated[str, Field(min_length=1, max_length=300)]
    flaw: Annotated[str, Field(max_length=100)]
    failed_until: Moment


class DeadLettersSettled(Command):
    """An operator's word on dead letters: give them to their service once more, or leave them for good."""

    then: Literal["redrive", "discard"]
    letter: DeadLetterPlace | None = None
    group: DeadLetterGroup | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.letter is None) == (self.group is None):
            raise ValueError("name one dead letter, or a group of them, and not both")
        return self
