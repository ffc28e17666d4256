"""Which policy judges an application: the approved ones of its programme, each from a moment on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from hiring.events.decision import PolicyNamed
from screening.core import unknown_programme
from screening.core.decide import Decide, compile_policy
from screening.core.policy import Policy

ALWAYS = datetime.fromtimestamp(0, UTC)
"""In force from the beginning of time."""
_AT_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Active:
    """A policy ready to decide: its name, version and digest, these as JSON, and the function it compiles to."""

    named: PolicyNamed
    decide: Decide
    reviews_further: bool = False
    """Whether a person looks at each further application of one candidate to the programme."""
    json: orjson.Fragment = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "json", orjson.Fragment(self.named.model_dump_json().encode()))


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved policy, from a file or by command. Applications submitted from `effective_from` on are its own."""

    programme: str
    active: Active
    effective_from: datetime
    approved_at: datetime
    origin: str = "file"


NONE = Active(
    PolicyNamed(name=unknown_programme.NAME, version=unknown_programme.VERSION, digest="0" * 64),
    unknown_programme.decide,
)


def activate(policy: Policy, digest: str) -> Active:
    """A policy, compiled."""
    return Active(
        PolicyNamed(name=policy.name, version=policy.version, digest=digest),
        compile_policy(policy),
        policy.further_applications == "review",
    )


class Programmes:
    """The approved policies at one moment. `approved` says how many there were: they only ever become more."""

    def __init__(self, approved: Iterable[Approved] = ()) -> None:
        self._approved = sorted(approved, key=lambda one: (one.effective_from, one.approved_at), reverse=True)
        self.approved = len(self._approved)
        self._policies: dict[str, list[tuple[datetime | None, Active]]] = {}
        for one in self._approved:
            # Most programmes have one policy from the beginning, and then no times are compared.
            begin = None if one.effective_from == ALWAYS else one.effective_from
            self._policies.setdefault(one.programme, []).append((begin, one.active))
        self.one_application_each = frozenset(one.programme for one in self._approved if one.active.reviews_further)
        """The programmes with a policy that has a person look at further applications of one candidate."""

    def policy(self, programme: str, submitted_at: datetime = _AT_LAST) -> Active:
        """The policy that judges an application: the last to come into force by the time it was submitted.

        Of two that come into force together, the one approved later; without a time, the last of all. A programme
        that has none yet has every application reviewed.
        """
        for begin, active in self._policies.get(programme, ()):
            if begin is None or begin <= submitted_at:
                return active
        return NONE

    def each(self) -> list[Approved]:
        """Every approved policy, the last to come into force first."""
        return list(self._approved)
