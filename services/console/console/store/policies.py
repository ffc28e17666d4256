"""The policies there are: written with the batch that told them, read for the pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
from pydantic_core import to_json

from console.core.policies import PolicyLine, seats_of
from hiring.events.policy import PolicyKnown

_KNOWN = """
INSERT INTO policies (digest, programme, name, version, effective_from, from_approval, proposed_by, proposed_at,
    approved_by, approved_at, known, seats)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::boolean[], $7::text[],
    $8::timestamptz[], $9::text[], $10::timestamptz[], $11::json[], $12::json[])
ON CONFLICT (digest) DO UPDATE SET programme = excluded.programme, name = excluded.name, version = excluded.version,
    effective_from = excluded.effective_from, from_approval = excluded.from_approval,
    proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at, approved_by = excluded.approved_by,
    approved_at = excluded.approved_at, known = excluded.known, seats = excluded.seats
"""
# A console of the release before wrote no `proposed_by` beside `known`.
_LINES = """
SELECT digest, programme, name, version, effective_from, from_approval,
    coalesce(proposed_by, known->>'proposed_by'), coalesce(proposed_at, (known->>'proposed_at')::timestamptz),
    coalesce(approved_by, known->>'approved_by'), approved_at
FROM policies
"""
_LINE = f"{_LINES} WHERE digest = $1"
_POLICY = "SELECT known FROM policies WHERE digest = $1"
# By an index: of a programme with many policies one row is read.
_JUDGING = """
SELECT digest FROM policies
WHERE programme = $1 AND approved_at IS NOT NULL AND (effective_from IS NULL OR effective_from <= $2)
ORDER BY effective_from DESC NULLS LAST, approved_at DESC LIMIT 1
"""


async def write(connection: Any, told: Sequence[object]) -> None:
    """Keep the policies among these, in the order of the log. Raises what asyncpg raises."""
    # One statement may not write a row twice: the last of a digest is what stands.
    policies = {it.digest: _row(it) for it in told if isinstance(it, PolicyKnown)}
    if policies:
        columns = zip(*policies.values(), strict=True)
        await connection.execute(_KNOWN, *(list(column) for column in columns))


class PoliciesReading:
    """Reads for the pages. All of it raises what asyncpg raises."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def lines(self) -> list[PolicyLine]:
        """Every policy without what it says, in no order."""
        return [PolicyLine(*row) for row in await self._pool.fetch(_LINES)]

    async def line(self, digest: str) -> PolicyLine | None:
        """The policy of that digest, without what it says."""
        row = await self._pool.fetchrow(_LINE, digest)
        return None if row is None else PolicyLine(*row)

    async def policy(self, digest: str) -> PolicyKnown | None:
        """The whole policy of that digest."""
        known = await self._pool.fetchval(_POLICY, digest)
        return None if known is None else PolicyKnown.model_validate_json(known)

    async def judging(self, programme: str, at: datetime) -> str | None:
        """The digest of the policy that judges what is submitted to a programme at a moment; None where none does."""
        digest: str | None = await self._pool.fetchval(_JUDGING, programme, at)
        return digest


def _row(it: PolicyKnown) -> tuple[Any, ...]:
    # Whatever number somebody wrote: orjson takes none beyond 64 bits.
    seats = to_json(seats_of(it), inf_nan_mode="null").decode()
    return (*(getattr(it, name) for name in PolicyLine._fields), it.model_dump_json(), seats)
