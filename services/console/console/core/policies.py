"""Which policies there are of each programme, and which one judges now. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from hiring.events.policy import PolicyKnown

State = Literal["proposed", "now", "later", "before"]
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class Listed(NamedTuple):
    """A policy, and whether it is proposed, judges now, judges later or judged before."""

    policy: PolicyKnown
    state: State


def listed(policies: Iterable[PolicyKnown], now: datetime) -> dict[str, Sequence[Listed]]:
    """By programme: what is proposed, then the approved ones, the last to come into force first.

    The last that is in force judges what is submitted now; of two from the same moment, the one approved later.
    """
    programmes: dict[str, list[PolicyKnown]] = {}
    for policy in policies:
        programmes.setdefault(policy.programme, []).append(policy)
    return {name: _listed(programmes[name], now) for name in sorted(programmes)}


def seats_of(policy: PolicyKnown) -> dict[str, int]:
    """How many seats each track has, as far as the policy's content says so."""
    tracks = policy.policy.get("tracks")
    told = [it for it in tracks if isinstance(it, dict)] if isinstance(tracks, list) else []
    return {it["id"]: it["seats"] for it in told if isinstance(it.get("id"), str) and isinstance(it.get("seats"), int)}


def _listed(policies: Sequence[PolicyKnown], now: datetime) -> Sequence[Listed]:
    proposed = [it for it in policies if it.approved_at is None]
    approved = [it for it in policies if it.approved_at is not None]
    approved.sort(key=lambda it: (it.effective_from or _BEGINNING, it.approved_at or _BEGINNING), reverse=True)
    found = [Listed(it, "proposed") for it in sorted(proposed, key=lambda it: it.proposed_at, reverse=True)]
    in_force = False
    for it in approved:
        if it.effective_from is not None and it.effective_from > now:
            found.append(Listed(it, "later"))
        else:
            found.append(Listed(it, "before" if in_force else "now"))
            in_force = True
    return found
