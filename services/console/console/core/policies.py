"""Which policies there are of each programme, and which one judges now. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import yaml

from hiring.events.policy import PolicyKnown

State = Literal["proposed", "now", "later", "before"]
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class PolicyLine(NamedTuple):
    """A policy as it is listed: everything but what it says.

    `effective_from` None is from the beginning. With `from_approval` it was proposed without a date: it judges from its
    approval on, and until then `effective_from` says nothing.
    """

    digest: str
    programme: str
    name: str
    version: str
    effective_from: datetime | None
    from_approval: bool
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None


class Listed(NamedTuple):
    """A policy, and whether it is proposed, judges now, judges later or judged before."""

    policy: PolicyLine
    state: State


def line(policy: PolicyKnown) -> PolicyLine:
    """What is listed of a policy."""
    return PolicyLine(*(getattr(policy, name) for name in PolicyLine._fields))


def listed(policies: Iterable[PolicyLine], now: datetime) -> dict[str, Sequence[Listed]]:
    """By programme: what is proposed, then the approved ones, the last to come into force first.

    The last that is in force judges what is submitted now; of two from the same moment, the one approved later.
    """
    programmes: dict[str, list[PolicyLine]] = {}
    for policy in policies:
        programmes.setdefault(policy.programme, []).append(policy)
    return {name: _listed(programmes[name], now) for name in sorted(programmes)}


def state(policy: PolicyLine, judging: str | None, now: datetime) -> State:
    """How a policy stands, where the one of digest `judging` judges its programme now (None: none does)."""
    if policy.approved_at is None:
        return "proposed"
    if policy.effective_from is not None and policy.effective_from > now:
        return "later"
    return "now" if policy.digest == judging else "before"


def seats_of(policy: PolicyKnown) -> dict[str, int]:
    """How many seats each track has, as far as the policy's content says so."""
    tracks = policy.policy.get("tracks")
    told = [it for it in tracks if isinstance(it, dict)] if isinstance(tracks, list) else []
    return {it["id"]: it["seats"] for it in told if isinstance(it.get("id"), str) and isinstance(it.get("seats"), int)}


def written(policy: dict[str, Any]) -> str:
    """What a policy says as YAML, to be read and changed; comments and what was not needed are gone."""
    text: str = yaml.safe_dump(policy, allow_unicode=True, sort_keys=False, width=110)
    return text


def _listed(policies: Sequence[PolicyLine], now: datetime) -> Sequence[Listed]:
    proposed = [it for it in policies if it.approved_at is None]
    approved = [it for it in policies if it.approved_at is not None]
    proposed.sort(key=lambda it: it.proposed_at, reverse=True)
    approved.sort(key=lambda it: (it.effective_from or _BEGINNING, it.approved_at or _BEGINNING), reverse=True)
    in_force = (it.digest for it in approved if it.effective_from is None or it.effective_from <= now)
    judging = next(in_force, None)
    return [Listed(it, state(it, judging, now)) for it in [*proposed, *approved]]
