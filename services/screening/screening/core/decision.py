"""What the core decides: the shape of `hiring.decision.made.v1` less what the shell adds (ids and time)."""

from dataclasses import dataclass

from hiring.events.decision import Outcome, Verdict


@dataclass(slots=True)
class RuleResult:
    """One rule's verdict, with what it observed and what it required, in words."""

    rule: str
    verdict: Verdict
    observed: str
    required: str


@dataclass(slots=True)
class Reason:
    """Why, in the policy's words."""

    rule: str
    en: str
    zh: str


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
