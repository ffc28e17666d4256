"""`hiring.decision.made.v1`: what was decided for one revision of an application, by whom, and why.

Fields that came later are optional: a decision of an earlier release has none of them.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from hiring.events.fields import Digest, Event, Moment, Slug

Outcome = Literal["advance", "review", "decline"]
Verdict = Literal["pass", "fail", "unknown"]
Cause = Literal["policy", "review"]


class PolicyNamed(Event):
    """The policy that decided; the digest is of its whole content."""

    name: Slug
    version: str
    digest: Digest


class Saying(Event):
    """The same sentence in each language a candidate may read."""

    en: str
    zh: str


class Reason(Event):
    """Why, in plain words, in the languages the policy speaks.

    `change` is the counterfactual, what would have passed: "grade 2.9 of 4.0; needs 3.0".
    """

    rule: Slug
    en: str
    zh: str
    change: Saying | None = None


class RuleResult(Event):
    """One rule: what it observed and what it required. `unknown` is a fact that was not given."""

    rule: Slug
    verdict: Verdict
    observed: str
    required: str


class Component(Event):
    """A part of a score: `points` of at most `of`; None where the facts do not say."""

    component: Slug
    points: float | None
    of: float
    observed: str


class Score(Event):
    """A track's score: the points of its components, and from how many on it advances or goes to a person."""

    points: float
    of: float
    advance_from: float
    review_from: float
    components: tuple[Component, ...]


class TrackResult(Event):
    """How one track was judged; `rules` are the track's own, after the programme's."""

    track: Slug
    outcome: Outcome
    rules: tuple[RuleResult, ...]
    score: Score | None = None


class DecisionMade(Event):
    """Key: application_id. decision_id is derived from application, revision, policy digest and cause.

    Where a person decided, `cause` is `review`, `decided_by` who it was, `reviewed` the decision that sent it to
    them, and `note` why, in their words; rules and tracks are then those of that decision.
    """

    decision_id: UUID
    application_id: UUID
    candidate_id: Digest
    revision: Digest
    programme: Slug
    policy: PolicyNamed
    cause: Cause = "policy"
    outcome: Outcome
    track: Slug | None = None
    unit: Slug | None = None
    reasons: tuple[Reason, ...] = ()
    rules: tuple[RuleResult, ...] = ()
    tracks: tuple[TrackResult, ...] = ()
    submitted_at: Moment | None = None
    decided_at: Moment
    decided_by: Annotated[str, Field(max_length=200)] | None = None
    reviewed: UUID | None = None
    note: Annotated[str, Field(max_length=2000)] | None = None
