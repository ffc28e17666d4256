"""What the core decides: the shape of `hiring.decision.made.v1` less what the shell adds (ids and time)."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import orjson

from hiring.events.decision import Outcome, Verdict


class Weight(IntEnum):
    """What a rule's verdict asks for; the heaviest of all rules decides."""

    ADVANCE = 0
    REVIEW = 1
    DECLINE = 2
    PERSON = 3


@dataclass(frozen=True, slots=True)
class Change:
    """The counterfactual: what was found, and what would have passed."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in the policy's words; of what failed, the change that would have made it pass."""

    rule: str
    en: str
    zh: str
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule's verdict, with what it observed and required, in words; where it did not pass, the reason to give.

    `json` is what is published of it: a drive meets few different results, so each is made and written once.
    """

    rule: str
    verdict: Verdict
    observed: str
    required: str
    weight: Weight
    reason: Reason | None
    json: bytes = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        told = {"rule": self.rule, "verdict": self.verdict, "observed": self.observed, "required": self.required}
        object.__setattr__(self, "json", orjson.dumps(told))


@dataclass(frozen=True, slots=True)
class ComponentResult:
    """A component's points in hundredths: at least `low`, at most `high` where the facts leave it open.

    `points` are the least, or None where nothing is known; `of` is the component's weight.
    """

    component: str
    low: int
    high: int
    points: float | None
    of: float
    observed: str
    json: bytes = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        told = {"component": self.component, "points": self.points, "of": self.of, "observed": self.observed}
        object.__setattr__(self, "json", orjson.dumps(told))


class ScoreResult(NamedTuple):
    """A track's score: at least `points`, at most `most`, of 100; and what it asks for."""

    points: float
    most: float
    advance_from: float
    review_from: float
    components: list[ComponentResult]
    weight: Weight
    reason: Reason | None


class TrackResult(NamedTuple):
    """One track's outcome under the programme's rules, its own, and its score."""

    track: str
    outcome: Outcome
    rules: list[RuleResult]
    score: ScoreResult | None = None


class Decision(NamedTuple):
    """The outcome of one application: for which track and unit, why, and everything that was asked."""

    outcome: Outcome
    track: str | None
    unit: str | None
    reasons: list[Reason]
    rules: list[RuleResult]
    tracks: list[TrackResult]
