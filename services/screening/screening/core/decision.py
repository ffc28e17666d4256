"""What the core decides: the shape of `hiring.decision.made.v1` less what the shell adds (ids and time)."""

from dataclasses import dataclass, field

import orjson

from hiring.events.decision import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in the policy's words."""

    rule: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule's verdict, with what it observed and what it required, in words.

    `json` is the result as JSON: a drive meets few different results, so each is made and written once.
    """

    rule: str
    verdict: Verdict
    observed: str
    required: str
    json: orjson.Fragment = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        told = {"rule": self.rule, "verdict": self.verdict, "observed": self.observed, "required": self.required}
        object.__setattr__(self, "json", orjson.Fragment(orjson.dumps(told)))


@dataclass(slots=True)
class TrackResult:
    """One track's outcome under the programme's rules and its own."""

    track: str
    outcome: Outcome
    rules: list[RuleResult]


@dataclass(slots=True)
class Decision:
    """The outcome of one application: for which track and unit, why, and everything that was asked."""

    outcome: Outcome
    track: str | None
    unit: str | None
    reasons: list[Reason]
    rules: list[RuleResult]
    tracks: list[TrackResult]
