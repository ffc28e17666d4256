"""The trials that wait, in Postgres: each is held by one replica at a time, for the time of a lease."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

# The one that waits longest; one whose answer was stored and perhaps not published comes before all.
_TAKE = """
UPDATE trials t SET holder = $1, begun = begun + 1, leased_until = clock_timestamp() + make_interval(secs => $2)
FROM (SELECT serial FROM trials WHERE leased_until IS NULL OR leased_until < clock_timestamp()
      ORDER BY answer IS NULL, serial LIMIT 1 FOR UPDATE SKIP LOCKED) AS free
WHERE t.serial = free.serial
RETURNING t.serial, t.command_id, t.programme, t.policy::text, t.against, t.begun, t.answer,
    (SELECT content::text FROM policies WHERE digest = t.against) AS other,
    (SELECT j.content::text FROM policies j
     WHERE j.programme = t.programme AND j.approved_at IS NOT NULL AND j.effective_from <= clock_timestamp()
     ORDER BY j.effective_from DESC, j.approved_at DESC LIMIT 1) AS judging
"""
_RENEW = """
UPDATE trials SET leased_until = clock_timestamp() + make_interval(secs => $3) WHERE serial = $1 AND holder = $2
"""
_GIVE_BACK = "UPDATE trials SET leased_until = NULL, begun = begun - 1 WHERE serial = $1 AND holder = $2"
_ANSWER = "UPDATE trials SET answer = $3 WHERE serial = $1 AND holder = $2 RETURNING true"
_DONE = "DELETE FROM trials WHERE serial = $1"


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial in this replica's hands: the contents of the tried policy and of the `other` that it is compared with.

    It was begun so many times, this one among them. `answer` is what is to be published, where that is known already.
    `judging` is the content of the policy that judges the programme now.
    """

    serial: int
    command_id: UUID
    programme: str
    policy: str
    against: str | None
    begun: int
    answer: bytes | None
    other: str | None
    judging: str | None


class TrialTable:
    """The table `trials`, as one replica sees it. Its methods raise asyncpg.PostgresError, OSError or TimeoutError."""

    def __init__(self, pool: asyncpg.Pool, lease_seconds: float) -> None:
        self._pool = pool
        self._holder = uuid4()
        self._lease_seconds = lease_seconds

    async def take(self) -> Trial | None:
        """Take the next one that nobody holds; None where there is none."""
        row = await self._pool.fetchrow(_TAKE, self._holder, self._lease_seconds)
        return None if row is None else Trial(*row)

    async def renew(self, trial: Trial) -> None:
        """Hold it for another lease from now on."""
        await self._pool.execute(_RENEW, trial.serial, self._holder, self._lease_seconds)

    async def give_back(self, trial: Trial) -> None:
        """Leave it to whoever takes it next."""
        await self._pool.execute(_GIVE_BACK, trial.serial, self._holder)

    async def keep(self, trial: Trial, answer: bytes) -> bool:
        """Store its answer; False where another replica has taken it meanwhile, and this answer is none."""
        return bool(await self._pool.fetchval(_ANSWER, trial.serial, self._holder, answer))

    async def done(self, trial: Trial) -> None:
        """Its answer is published."""
        await self._pool.execute(_DONE, trial.serial)
