"""Which applications somebody wants to see, and in which order. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from console.core.glance import LETTERS, OUTCOMES, Counted
from console.core.projection import Cell

NONE = "-"
"""Stands for no track and for no unit: neither can be named so."""
DECIDED, UNDECIDED = "decided", "undecided"

Order = Literal["newest", "oldest"]
Spot = tuple[datetime, UUID]
"""A place in the list: when an application was submitted, and which one it is."""
BEGINNING: Mapping[Order, Spot] = {
    "newest": (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1)),
    "oldest": (datetime.min.replace(tzinfo=UTC), UUID(int=0)),
}

_TOLD: Mapping[str, Sequence[str]] = {
    "outcome": (*OUTCOMES, DECIDED, UNDECIDED),
    "letter": tuple(it or "none" for it in LETTERS),
    "withdrawn": ("no", "yes"),
    "order": get_args(Order),
}


class UnknownFilter(Exception):
    """An address asks a filter, `name`, for a `value` that it does not take; `known` are those it takes."""

    def __init__(self, name: str, value: str, known: Sequence[str]) -> None:
        super().__init__(f"{name}={value}")
        self.name, self.value, self.known = name, value, known


class Filters(NamedTuple):
    """Which applications; None is any. `withdrawn` is yes or no; `letter` is `none` while there is no news of it."""

    programme: str | None = None
    outcome: str | None = None
    track: str | None = None
    unit: str | None = None
    letter: str | None = None
    withdrawn: str | None = None

    def fits(self, cell: Cell) -> bool:
        """Whether the applications of a cell are wanted."""
        letter = cell.letter or "none"
        return (
            self.programme in (None, cell.programme)
            and self.outcome in (None, cell.outcome or UNDECIDED, DECIDED if cell.outcome else UNDECIDED)
            and self.track in (None, cell.track or NONE)
            and self.unit in (None, cell.unit or NONE)
            and self.letter in (None, letter)
            and self.withdrawn in (None, "yes" if cell.withdrawn else "no")
        )


def asked_for(asked: Mapping[str, str]) -> tuple[Filters, Order]:
    """What an address asks for; nothing, and what is empty, is any, the newest first. Raises UnknownFilter."""
    for name, known in _TOLD.items():
        if asked.get(name) and asked[name] not in known:
            raise UnknownFilter(name, asked[name], known)
    order: Order = "oldest" if asked.get("order") == "oldest" else "newest"
    return Filters(*(asked.get(name) or None for name in Filters._fields)), order


def matching(cells: Iterable[Counted], filters: Filters) -> list[Counted]:
    """The cells whose applications are wanted, without empty ones: their sum is how many there are."""
    return [it for it in cells if it.n > 0 and filters.fits(it.cell)]


def choices(cells: Iterable[Counted], filters: Filters) -> dict[str, Sequence[str]]:
    """What each filter may be set to; of programmes, tracks and units those that there are, and what is chosen."""
    kept = [it.cell for it in cells if it.n > 0]
    decided = [it for it in kept if it.outcome]
    found: dict[str, set[str]] = {
        "programme": {it.programme for it in kept},
        "track": {it.track or NONE for it in decided},
        "unit": {it.unit or NONE for it in decided},
    }
    named = {
        name: sorted(values | ({chosen} if (chosen := getattr(filters, name)) else set()), key=_last)
        for name, values in found.items()
    }
    return {**named, **_TOLD}


def _last(value: str) -> tuple[bool, str]:
    return value == NONE, value
