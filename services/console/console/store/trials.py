"""Trials of policies: written with the batch that brought them, read for the pages."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from pydantic_core import to_json

from console.core.trials import TrialLine, applications_in, elsewhere, without
from hiring.events.answer import PolicyTried
from hiring.events.command import PolicyTrialRequested

_TO_TRY = "INSERT INTO trial_policies SELECT * FROM unnest($1::uuid[], $2::json[]) ON CONFLICT DO NOTHING"
_TRIED = """
INSERT INTO trials (command_id, programme, tried_at, tried, names, digest, flipped, moved)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""
_TRIED_NOW = "UPDATE trials SET tried = $2, names = $3 WHERE command_id = $1"
_NAMING = "SELECT tried FROM trials WHERE names && $1::uuid[]"
_GONE = "SELECT application_id, at FROM forgotten WHERE application_id = ANY($1::uuid[])"

_TRIAL = "SELECT tried FROM trials WHERE command_id = $1"
_CONTENT = "SELECT policy FROM trial_policies WHERE command_id = $1"


def _listed(ended: str, asked: str) -> str:
    """Of the trials that ended and of those under way (neither ended nor refused), those of which these hold."""
    return f"""
(SELECT t.command_id, t.tried_at AS at, c.by, CASE WHEN t.flipped IS NULL THEN 'problem' ELSE 'tried' END AS state,
    t.flipped, t.moved
 FROM trials t LEFT JOIN commands c USING (command_id) WHERE {ended} ORDER BY t.tried_at DESC LIMIT $1)
UNION ALL
(SELECT c.command_id, c.at, c.by, 'waits', NULL, NULL FROM commands c
 WHERE c.type = 'PolicyTrialRequested' AND {asked}
   AND NOT EXISTS (SELECT FROM trials t WHERE t.command_id = c.command_id)
   AND NOT EXISTS (SELECT FROM answers a WHERE a.command_id = c.command_id AND a.refusal IS NOT NULL)
 ORDER BY c.at DESC LIMIT $1)
ORDER BY at DESC, command_id LIMIT $1
"""  # noqa: S608, put together from constants


_LATEST = _listed("true", "true")
_OF_POLICY = _listed("t.digest = $2", "c.about->>'digest' = $2")


async def write(connection: Any, told: Sequence[object]) -> None:
    """Keep the trials among these, and the policies that are sent to be tried. Raises what asyncpg raises."""
    to_try = [
        (it.command_id, _json(it.policy))
        for it in told
        if isinstance(it, PolicyTrialRequested) and it.policy is not None
    ]
    if to_try:
        await connection.execute(_TO_TRY, *(list(column) for column in zip(*to_try, strict=True)))
    for it in told:
        if isinstance(it, PolicyTried):
            await _keep(connection, it)


async def _keep(connection: Any, tried: PolicyTried) -> None:
    """Topics are read side by side: who was forgotten since the trial may be so here before it."""
    gone = {row[0] for row in await connection.fetch(_GONE, list(applications_in(tried))) if row[1] >= tried.tried_at}
    kept = without(tried, gone)
    await connection.execute(
        _TRIED,
        kept.command_id,
        kept.programme,
        kept.tried_at,
        kept.model_dump_json(),
        sorted(applications_in(kept)),
        None if kept.policy is None else kept.policy.digest,
        *elsewhere(kept),
    )


async def wipe(connection: Any, applications: Sequence[UUID]) -> None:
    """Forget what trials tell of these applications."""
    for row in await connection.fetch(_NAMING, list(applications)):
        left = without(PolicyTried.model_validate_json(row["tried"]), set(applications))
        names = sorted(applications_in(left))
        await connection.execute(_TRIED_NOW, left.command_id, left.model_dump_json(), names)


class TrialsReading:
    """Reads for the pages. All of it raises what asyncpg raises."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def trial(self, command: UUID) -> PolicyTried | None:
        """What came of a trial that was asked for by that command; None while it runs."""
        tried = await self._pool.fetchval(_TRIAL, command)
        return None if tried is None else PolicyTried.model_validate_json(tried)

    async def content(self, command: UUID) -> dict[str, Any] | None:
        """The policy that was sent to be tried; None where one was named."""
        content = await self._pool.fetchval(_CONTENT, command)
        policy: dict[str, Any] | None = None if content is None else orjson.loads(content)
        return policy

    async def latest_trials(self, most: int) -> list[TrialLine]:
        """The trials of any policy, the newest first."""
        return [TrialLine(*row) for row in await self._pool.fetch(_LATEST, most)]

    async def of_policy(self, digest: str, most: int) -> list[TrialLine]:
        """The trials of a policy, the newest first; one that was sent whole is known by its digest once it has run."""
        return [TrialLine(*row) for row in await self._pool.fetch(_OF_POLICY, most, digest)]


def _json(value: Any) -> str:
    """Whatever number somebody wrote: orjson takes none beyond 64 bits, and no policy may end the reading of all."""
    return to_json(value, inf_nan_mode="null").decode()
