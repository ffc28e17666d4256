"""`hiring.decision.made.v1`: what was decided for one revision of an application, by which policy, and why."""

from typing import Literal
from uuid import UUID

from hiring.events.fields import Digest, Event, Moment, Slug

Outcome = Literal["advance", "review", "decline"]
Verdict = Literal["pass", "fail", "unknown"]


class PolicyNamed(Event):
    """The policy that decided; the digest is of its whole content."""

    name: Slug
    version: str
    digest: Digest


class Reason(Event):
    """Why, in plain words, in the languages the policy speaks."""

    rule: Slug
    en: str
    zh: str


class RuleResult(Event):
    """One rule: what it observed and what it required. `unknown` is a fact that was not given."""

    rule: Slug
    verdict: Verdict
    observed: str
    required: str


class TrackResult(Event):
    """How one track was judged; `rules` are the track's own, after the programme's."""

    track: Slug
    outcome: Outcome
    rules: tuple[RuleResult, ...]


class DecisionMade(Event):
    """Key: application_id. decision_id is derived from application, revision, policy digest and cause."""

    decision_id: UUID
    application_id: UUID
    candidate_id: Digest
    revision: Digest
    programme: Slug
    policy: PolicyNamed
    cause: Literal["policy"] = "policy"
    outcome: Outcome
    track: Slug | None = None
    unit: Slug | None = None
    reasons: tuple[Reason, ...] = ()
    rules: tuple[RuleResult, ...] = ()
    tracks: tuple[TrackResult, ...] = ()
    decided_at: Moment
