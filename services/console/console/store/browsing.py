"""Applications by their state, page by page: as fast with a million as with a thousand."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from console.core.browsing import Filters, Order, Spot, matching
from console.core.glance import Counted
from console.core.projection import Cell
from console.store.reading import CELLS

# Of the index applications_browsed, word for word: which cell an application counts in.
_CELL = """
hashtextextended(
    programme || '/' || coalesce(outcome, '') || '/' || coalesce(track, '') || '/' || coalesce(unit, '') || '/'
        || letter || '/' || coalesce(withdrawn_at >= submitted_at, false)::text,
    0
)
"""


def _page(way: str, beyond: str, end: str) -> str:
    """The next `$4` applications of the cells `$1` after the place `$2`, `$3`.

    The first of each cell says how far a page reaches at the most: no cell is read beyond that.
    """
    return f"""
WITH firsts AS (
    SELECT wanted.cell, first.submitted_at
    FROM (SELECT hashtextextended(said, 0) AS cell FROM unnest($1::text[]) AS said) wanted, LATERAL (
        SELECT submitted_at FROM applications
        WHERE {_CELL} = wanted.cell AND submitted_at IS NOT NULL AND (submitted_at, application_id) {beyond} ($2, $3)
        ORDER BY submitted_at {way}, application_id {way} LIMIT 1
    ) first
), reach AS (SELECT submitted_at FROM firsts ORDER BY submitted_at {way} OFFSET $4 - 1 LIMIT 1)
SELECT listed.* FROM firsts, LATERAL (
    SELECT application_id, source, submitted_at, programme, coalesce(outcome, ''), coalesce(track, ''),
        coalesce(unit, ''), letter, coalesce(withdrawn_at >= submitted_at, false)
    FROM applications
    WHERE {_CELL} = firsts.cell AND submitted_at IS NOT NULL AND (submitted_at, application_id) {beyond} ($2, $3)
        AND NOT submitted_at {beyond} coalesce((SELECT submitted_at FROM reach), '{end}')
    ORDER BY submitted_at {way}, application_id {way} LIMIT $4
) listed
ORDER BY submitted_at {way}, application_id {way} LIMIT $4
"""  # noqa: S608, put together from constants


PAGES: dict[Order, str] = {"newest": _page("DESC", "<", "-infinity"), "oldest": _page("ASC", ">", "infinity")}


class Listed(NamedTuple):
    """An application as a list shows it."""

    application_id: UUID
    source: str
    submitted_at: datetime
    cell: Cell


class Found(NamedTuple):
    """A page of applications, and how many there were in each state at that moment."""

    listed: Sequence[Listed]
    cells: Sequence[Counted]


class Browsing:
    """Reads for the pages. All of it raises what asyncpg raises."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def browse(self, filters: Filters, order: Order, after: Spot, most: int) -> Found:
        """The applications that are wanted, in that order, from a place on; it is not one of them."""
        async with self._pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
            cells = [Counted(Cell(*row[:6]), row[6]) for row in await connection.fetch(CELLS)]
            named = [indexed(it.cell) for it in matching(cells, filters)]
            rows = await connection.fetch(PAGES[order], named, *after, most) if named else []
        return Found([Listed(row[0], row[1], row[2], Cell(*row[3:])) for row in rows], cells)


def indexed(cell: Cell) -> str:
    """What the index hashes."""
    return "/".join((*cell[:5], "true" if cell.withdrawn else "false"))
