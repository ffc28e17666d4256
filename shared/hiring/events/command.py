"""What people ask of the pipeline, on `hiring.commands`: each says who, when and why.

`hiring.command.policy-proposed.v1`, `hiring.command.policy-approved.v1` (key: programme);
`hiring.command.review-given.v1`, `hiring.command.review-requested.v1`, `hiring.command.application-withdrawn.v1`,
`hiring.command.letter-settled.v1` (key: application_id);
`hiring.command.candidate-erased.v1` (key: candidate_id);
`hiring.command.letters-paused.v1`, `hiring.command.letters-resumed.v1` (key: programme, or `letters` for all).
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import StringConstraints

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

    It judges applications submitted from `effective_from` on.
    """

    programme: Slug
    digest: Digest
    policy: dict[str, Any]
    effective_from: Moment


class PolicyApproved(Command):
    """The second pair of eyes on a proposed policy; with `effective_from`, on that it judges from then on."""

    programme: Slug
    digest: Digest
    effective_from: Moment | None = None


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
