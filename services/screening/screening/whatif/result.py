"""What came out of trying a policy. Plain values: what `--json` prints is these, field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel

from hiring.events.decision import PolicyNamed


@dataclass(frozen=True, slots=True)
class Place:
    """Where an application ends: outcome, track and unit."""

    outcome: str
    track: str | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Flip:
    """So many applications end elsewhere under the tried policy."""

    before: Place
    after: Place
    applications: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule that made the difference, with what it observes and requires under the tried policy (None: it is gone)."""

    rule: str
    observed: str | None
    required: str | None


@dataclass(frozen=True, slots=True)
class Example:
    """One application that ends elsewhere, and why."""

    application_id: str
    before: Place
    after: Place
    because: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What one rule of the tried policy does. `track` is empty for a rule of the whole programme.

    `declines_alone` are applications that would not be declined but for this rule, `holds_alone` those that would
    advance but for it.
    """

    track: str
    rule: str
    fails: int
    unknown: int
    declines_alone: int
    holds_alone: int


@dataclass(frozen=True, slots=True)
class Seats:
    """A track's seats under the tried policy, and how many advance on it; without what is undecided."""

    track: str
    seats: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a person decided, and what the tried policy says of these applications; not among the flips."""

    decided: str
    tried: str
    applications: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Applications by outcome before and after; `before` is without what people decided and what is undecided."""

    applications: int
    undecided: int
    """Applications that no decision is there for yet."""
    earlier_revision: int
    """Of those compared: decided on an earlier revision than the newest, which is still on its way."""
    before: Mapping[str, int]
    after: Mapping[str, int]
    flips: Sequence[Flip]
    flipped: int
    """Applications with another outcome."""
    moved: int
    """Applications with the same outcome for another track or unit."""
    reviewed: Sequence[Reviewed]
    rules: Sequence[RuleEffect]
    seats: Sequence[Seats]
    examples: Sequence[Example]


@dataclass(frozen=True, slots=True)
class Tried:
    """A policy, what it would change, and what the trial read. `against` None: what was decided."""

    policy: PolicyNamed
    against: PolicyNamed | None
    programme: str
    comparison: Comparison
    other_programmes: int
    unreadable: int
    """Records that are no applications, or no decisions: left aside."""
    records: int
    """All records that were read, of both topics."""
    seconds: float


def as_json(tried: Tried, *, indent: bool = False) -> bytes:
    """The whole as JSON, each value under the name that it has here."""
    return orjson.dumps(tried, default=_model, option=orjson.OPT_INDENT_2 if indent else None)


def bounded(tried: Tried, most: int) -> dict[str, Any]:
    """The same as values of JSON, in at most so many bytes. Of very many flips the rarer ones are left out then.

    How many they are stands in `comparison.flips_left_out`; `flipped` and `moved` count them all.
    """
    found: dict[str, Any] = orjson.loads(as_json(tried))
    if len(orjson.dumps(found)) > most:
        flips: list[Any] = found["comparison"]["flips"]
        kept: list[Any] = []
        found["comparison"]["flips"] = kept
        room = most - len(orjson.dumps(found)) - len(',"flips_left_out":0000000000')
        for flip in flips:
            if (room := room - len(orjson.dumps(flip)) - 1) < 0:
                break
            kept.append(flip)
        found["comparison"]["flips_left_out"] = len(flips) - len(kept)
    return found


def _model(value: object) -> object:
    """What orjson does not know by itself: a model. Raises TypeError."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    raise TypeError(type(value).__name__)
