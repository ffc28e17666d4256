"""Counts what a policy would change. Pure: it is told what was decided and what is tried, in any order.

A million applications take some hundred megabytes: of each its id, a few bits of its revision, and the number of
its ruling, of which a drive has few different ones.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from uuid import UUID

from screening.core.decision import Decision
from screening.core.scoring import SCORE
from screening.whatif.further import reviewed
from screening.whatif.result import Comparison, Difference, Example, Flip, Place, Reviewed, Seats
from screening.whatif.rules import effects
from screening.whatif.ruling import Ruling, difference

_REVISION_BITS = 32
_NUMBER = (1 << 24) - 1
_OUTCOMES = ("advance", "review", "decline")


class Tally:
    """The newest ruling of each application (by the 16 bytes of its id) before, and as it is tried.

    `shown` examples are kept, those with the lowest ids.
    """

    def __init__(self, shown: int = 10) -> None:
        self._shown = shown
        self._numbers: dict[Ruling, int] = {}
        self._rulings: list[Ruling] = []
        self._before: dict[bytes, int] = {}
        self._after: dict[bytes, int] = {}
        self._examples: dict[bytes, Example] = {}
        self._ids: list[int] = []
        """The examples' ids and some that are none any more, negative, so that the highest leads the heap."""

    def decided(self, application: bytes, revision: str, ruling: Ruling) -> None:
        """What was decided; a later call for the same application replaces it."""
        self._before[application] = self._packed(revision, ruling)

    def tried(self, application: bytes, revision: str, ruling: Ruling, decision: Decision) -> None:
        """What the tried policy says, the same way. Tell what was decided first: examples are kept as they come."""
        self._after[application] = self._packed(revision, ruling)
        self._examples.pop(application, None)
        if self._is_shown(application) and (found := self._before.get(application)) is not None:
            before = self._rulings[found & _NUMBER]
            if _place(before) != _place(ruling) and not before.by_a_person:
                self._keep(application, _example(application, before, ruling, decision))

    def further(self, application: bytes, *, before: bool, after: bool) -> None:
        """One told of earlier turns out to be a further application, for a policy that has a person look at those."""
        # It ends elsewhere than the example says, perhaps no longer elsewhere than before.
        self._examples.pop(application, None)
        for told, asked in ((self._before, before), (self._after, after)):
            if asked and (packed := told.get(application)) is not None:
                told[application] = packed & ~_NUMBER | self._number(reviewed(self._rulings[packed & _NUMBER]))

    def undecided(self, application: bytes) -> None:
        """Its decisions are forgotten."""
        self._before.pop(application, None)

    def forgotten(self, application: bytes) -> None:
        """The application is forgotten."""
        self._after.pop(application, None)
        self._examples.pop(application, None)

    def result(self, seats: Mapping[str, int]) -> Comparison:
        """Everything counted. `seats` by track are those of the tried policy."""
        pairs, earlier = self._pairs()
        compared = [(self._rulings[b], self._rulings[a], count) for (b, a), count in pairs.items() if b is not None]
        by_policy = [(before, after, count) for before, after, count in compared if not before.by_a_person]
        everywhere = [(self._rulings[a], count) for (_, a), count in pairs.items()]
        flips = Counter[tuple[Place, Place]]()
        reviewed = Counter[tuple[str, str]]()
        for before, after, count in by_policy:
            if (here := _place(before)) != (there := _place(after)):
                flips[here, there] += count
        for before, after, count in compared:
            if before.by_a_person:
                reviewed[before.outcome, after.outcome] += count
        return Comparison(
            applications=len(self._after),
            undecided=sum(count for (before, _), count in pairs.items() if before is None),
            earlier_revision=earlier,
            before=_by_outcome((before, count) for before, _, count in by_policy),
            after=_by_outcome((after, count) for _, after, count in by_policy),
            flips=[Flip(*where, count) for where, count in sorted(flips.items(), key=_frequent)],
            flipped=sum(count for (here, there), count in flips.items() if here.outcome != there.outcome),
            moved=sum(count for (here, there), count in flips.items() if here.outcome == there.outcome),
            reviewed=[Reviewed(*told, count) for told, count in sorted(reviewed.items(), key=_frequent)],
            rules=effects(everywhere),
            seats=_seats(seats, compared),
            examples=[self._examples[id_] for id_ in sorted(self._examples)],
        )

    def _is_shown(self, application: bytes) -> bool:
        return len(self._examples) < self._shown or bool(self._ids and -int.from_bytes(application) > self._ids[0])

    def _keep(self, application: bytes, example: Example) -> None:
        self._examples[application] = example
        heapq.heappush(self._ids, -int.from_bytes(application))
        while len(self._examples) > self._shown:
            self._examples.pop((-heapq.heappop(self._ids)).to_bytes(len(application)), None)

    def _packed(self, revision: str, ruling: Ruling) -> int:
        return int(revision[: _REVISION_BITS // 4], 16) << _NUMBER.bit_length() | self._number(ruling)

    def _number(self, ruling: Ruling) -> int:
        number = self._numbers.get(ruling)
        if number is None:
            number = self._numbers[ruling] = len(self._rulings)
            self._rulings.append(ruling)
        return number

    def _pairs(self) -> tuple[Counter[tuple[int | None, int]], int]:
        """How many applications have which two rulings, by number, and how many of them on different revisions."""
        pairs, earlier = Counter[tuple[int | None, int]](), 0
        for application, after in self._after.items():
            before = self._before.get(application)
            pairs[None if before is None else before & _NUMBER, after & _NUMBER] += 1
            earlier += before is not None and before ^ after > _NUMBER
        return pairs, earlier


def _frequent(counted: tuple[object, int]) -> tuple[int, str]:
    """The most frequent first, in an order that does not depend on what was read when."""
    what, count = counted
    return -count, str(what)


def _by_outcome(told: Iterable[tuple[Ruling, int]]) -> dict[str, int]:
    counted = dict.fromkeys(_OUTCOMES, 0)
    for ruling, count in told:
        counted[ruling.outcome] += count
    return counted


def _seats(seats: Mapping[str, int], compared: Iterable[tuple[Ruling, Ruling, int]]) -> list[Seats]:
    advanced = [Counter[str | None](), Counter[str | None]()]
    for before, after, count in compared:
        # What a person decided stands, whatever the tried policy says.
        for counted, ruling in zip(advanced, (before, before if before.by_a_person else after), strict=True):
            if ruling.outcome == "advance":
                counted[ruling.track] += count
    return [Seats(track, number, advanced[0][track], advanced[1][track]) for track, number in seats.items()]


def _place(ruling: Ruling) -> Place:
    return Place(ruling.outcome, ruling.track, ruling.unit)


def _example(application: bytes, before: Ruling, after: Ruling, decision: Decision) -> Example:
    found = {
        result.rule: (result.observed, result.required)
        for result in (*chain(*(track.rules for track in reversed(decision.tracks))), *decision.rules)
    }
    for track in decision.tracks:
        if track.score is not None and track.track in (after.track, before.track):
            found[SCORE] = (f"{track.score.points:g} points", f"{track.score.advance_from:g} points")
    because = [Difference(rule, *found.get(rule, (None, None))) for rule in dict.fromkeys(difference(before, after))]
    return Example(str(UUID(bytes=application)), _place(before), _place(after), because)
