"""The drive at a glance: the figures of a page, from how many applications are in each state. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from console.core.projection import Cell

OUTCOMES = ("advance", "review", "decline")
LETTERS = ("sent", "", "held", "failed", "suppressed")
"""What becomes of a letter; empty while there is no news of it."""


class Counted(NamedTuple):
    """So many applications are in this state."""

    cell: Cell
    n: int


class Row(NamedTuple):
    """A line of the table: a track, or with `unit` one of its units; `outcomes` in the order of OUTCOMES.

    `seats` are a track's, where its policy says how many there are.
    """

    track: str
    unit: str | None
    outcomes: tuple[int, ...]
    seats: int | None = None

    @property
    def total(self) -> int:
        return sum(self.outcomes)


@dataclass(frozen=True, slots=True)
class Figures:
    """A drive, or one programme of it.

    Accepted, of those decided, of those told; withdrawn ones count in each that they had reached, but not in
    `undecided`. `waiting`: how many wait for a person now. `letters` are those of decided applications, by LETTERS.
    """

    accepted: int
    decided: int
    told: int
    undecided: int
    withdrawn: int
    waiting: int
    outcomes: tuple[int, ...]
    letters: tuple[int, ...]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Glance:
    """Everything the page shows; `changed` is the state of the read model. `left`: records a rebuild has to read.

    `no_policy`: of each programme without a policy, how many wait for a person because of that.
    """

    changed: int
    all: Figures
    programmes: dict[str, Figures]
    dead: int
    last_arrived: datetime | None
    rebuilding: datetime | None
    left: int
    no_policy: Mapping[str, int]


def glance(
    cells: Sequence[Counted],
    *,
    changed: int,
    dead: int,
    last_arrived: datetime | None,
    rebuilding: datetime | None,
    left: int,
    seats: Mapping[str, Mapping[str, int]] = MappingProxyType({}),
    waiting: Mapping[str, int] = MappingProxyType({}),
    no_policy: Mapping[str, int] = MappingProxyType({}),
) -> Glance:
    """The figures of all programmes, and of each.

    `seats` are those of each programme's tracks, `waiting` how many of each wait for a person, `no_policy` how many
    of these because no policy is for it.
    """
    names = sorted({it.cell.programme for it in cells})
    programmes = {
        name: figures([it for it in cells if it.cell.programme == name], seats.get(name, {}), waiting.get(name, 0))
        for name in names
    }
    every = sum((Counter(seats.get(name, {})) for name in names), Counter[str]())
    all_ = figures(cells, every, sum(waiting.values()))
    return Glance(changed, all_, programmes, dead, last_arrived, rebuilding, left, no_policy)


def figures(cells: Iterable[Counted], seats: Mapping[str, int] = MappingProxyType({}), waiting: int = 0) -> Figures:
    """The figures of some cells; `seats` are those of their tracks, `waiting` is what the queue of reviews has."""
    counted = list(cells)
    decided = [it for it in counted if it.cell.outcome]
    outcomes, letters = Counter[str](), Counter[str]()
    for cell, n in decided:
        outcomes[cell.outcome] += n
        letters[cell.letter] += n
    return Figures(
        accepted=sum(n for _, n in counted),
        decided=sum(n for _, n in decided),
        told=letters["sent"],
        undecided=sum(n for cell, n in counted if not cell.outcome and not cell.withdrawn),
        withdrawn=sum(n for cell, n in counted if cell.withdrawn),
        waiting=waiting,
        outcomes=tuple(outcomes[it] for it in OUTCOMES),
        letters=tuple(letters[it] for it in LETTERS),
        rows=_rows(decided, seats),
    )


def _rows(decided: Iterable[Counted], seats: Mapping[str, int]) -> list[Row]:
    """Each track, then its units where there are any; what has no track comes last."""
    tracks: dict[str, dict[str, Counter[str]]] = {}
    for cell, n in decided:
        tracks.setdefault(cell.track, {}).setdefault(cell.unit, Counter())[cell.outcome] += n
    rows = []
    for track in sorted(tracks, key=lambda it: (it == "", it)):
        units = tracks[track]
        outcomes = tuple(sum(unit[it] for unit in units.values()) for it in OUTCOMES)
        rows.append(Row(track, None, outcomes, seats.get(track)))
        if set(units) != {""}:
            rows += [
                Row(track, unit, tuple(units[unit][it] for it in OUTCOMES))
                for unit in sorted(units, key=lambda it: (it == "", it))
            ]
    return rows
