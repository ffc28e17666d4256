"""What became of a command, on `hiring.answers`: who asks there learns it without anybody's tables.

`hiring.answer.command-answered.v1`, `hiring.answer.policy-tried.v1`, `hiring.answer.settlement-recorded.v1` (key: as
the command).
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from hiring.events.command import DeadLetterPlace, Person, Why
from hiring.events.decision import PolicyNamed
from hiring.events.fields import Digest, Event, Moment, Slug


class CommandAnswered(Event):
    """A service obeyed a command, or refused it: `refusal` says why and what to do, for whoever asked.

    `note` is what to know of one that was obeyed, as how much it concerned.
    """

    command_id: UUID
    service: Slug
    refusal: Annotated[str, Field(max_length=4000)] | None = None
    note: Annotated[str, Field(max_length=4000)] | None = None
    answered_at: Moment


class PolicyTried(Event):
    """What a policy would change, after a trial that was asked for; nothing is changed.

    `result` is what `cohort policy try --json` prints; without one, `problem` says why it could not be tried. `changes`
    say in English how the policy differs from `judged`, the one that judged its programme when it was tried (None where
    none did). What is longer than a record may be is cut, and the last line says so.
    """

    command_id: UUID
    programme: Slug
    policy: PolicyNamed | None = None
    against: Digest | None = None
    result: dict[str, Any] | None = None
    judged: PolicyNamed | None = None
    changes: tuple[str, ...] | None = None
    problem: Annotated[str, Field(max_length=4000)] | None = None
    tried_at: Moment


class SettlementRecorded(Event):
    """Dead letters that are settled: given to their service once more, or left for good, as an operator asked.

    Of a command about many there are several of these. `by`, `why` and `at` are the command's.
    """

    command_id: UUID
    then: Literal["redrive", "discard"]
    letters: Annotated[list[DeadLetterPlace], Field(min_length=1, max_length=1000)]
    by: Person
    why: Why
    at: Moment
