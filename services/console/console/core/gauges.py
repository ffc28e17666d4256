"""How much waits for each service, and how much it does a second: from where its consumer group stands. Pure."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from hiring.topics import COMMANDS, DECISIONS, TOPICS

SERVICES = ("intake", "screening", "notify", "console")
KEPT = 450
"""Looks that are kept: a quarter of an hour at one in two seconds."""

# Read to the end now and then, and by no consumer group: for a trial, and for who was erased before a redrive.
_BY_NO_GROUP = {("screening", DECISIONS), ("intake", COMMANDS)}

Place = tuple[str, int]
"""A topic and a partition."""


class Ends(NamedTuple):
    """The first offset of a partition, and the one after its last."""

    begin: int
    end: int


class Look(NamedTuple):
    """One look: `at` in seconds since 1970; of each service, records that wait, and those done since ever."""

    at: float
    waiting: Mapping[str, int]
    done: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Series:
    """What pages draw: moments, and of each service what waited and was done a second at each; None where unknown."""

    at: Sequence[float]
    waiting: Mapping[str, Sequence[int | None]]
    rates: Mapping[str, Sequence[float | None]]


def consumed(service: str) -> list[str]:
    """The topics that a service's consumer group reads."""
    return [it.name for it in TOPICS if service in it.read_by and (service, it.name) not in _BY_NO_GROUP]


def look(at: float, ends: Mapping[Place, Ends], committed: Mapping[str, Mapping[Place, int]]) -> Look:
    """A look, from the ends of partitions and what each service's group committed; what is not committed waits."""
    waiting: dict[str, int] = {}
    done: dict[str, int] = {}
    for service, offsets in committed.items():
        mine = [place for place in ends if place[0] in consumed(service)]
        standing = {place: max(offsets.get(place, 0), ends[place].begin) for place in mine}
        waiting[service] = sum(max(ends[place].end - at_, 0) for place, at_ in standing.items())
        done[service] = sum(standing.values())
    return Look(at, waiting, done)


class Gauges:
    """The looks of the last while."""

    def __init__(self, kept: int = KEPT) -> None:
        self._looks: deque[Look] = deque(maxlen=kept)

    def add(self, taken: Look) -> None:
        """Keep a look."""
        self._looks.append(taken)

    def caught_up(self, services: Sequence[str], looks: int = 5) -> bool:
        """Whether nothing waited for these services at any of the latest looks; not while there are fewer."""
        latest = list(self._looks)[-looks:]
        return len(latest) == looks and all(it.waiting.get(service) == 0 for it in latest for service in services)

    def series(self) -> Series:
        """All looks, the first one first; the first has no rate yet."""
        looks = list(self._looks)
        rates: dict[str, list[float | None]] = {service: [None] * min(1, len(looks)) for service in SERVICES}
        for before, now in pairwise(looks):
            for service in SERVICES:
                rates[service].append(_rate(before, now, service))
        waiting = {service: [it.waiting.get(service) for it in looks] for service in SERVICES}
        return Series([it.at for it in looks], waiting, rates)


def _rate(before: Look, now: Look, service: str) -> float | None:
    then, since = before.done.get(service), now.done.get(service)
    if then is None or since is None or now.at <= before.at:
        return None
    # A group that begins anew, as for a rebuild, stands before where it stood: that is no work undone.
    return round(max(since - then, 0) / (now.at - before.at), 1)
