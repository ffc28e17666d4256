"""The policies in force, kept in screening's own database: proposed and approved by command, or seeded from files."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import orjson
from pydantic import ValidationError

from screening.core.policy import Policy
from screening.in_force import ALWAYS, Active, Approved, Programmes, activate
from screening.programmes import PolicyError

log = logging.getLogger(__name__)

FILE = "file"
_APPROVED = """
SELECT digest, programme, name, version, content::text AS content, effective_from, approved_at, origin FROM policies
WHERE approved_at IS NOT NULL
"""
_SEED = """
INSERT INTO policies (digest, programme, name, version, content, origin, effective_from,
    proposed_by, proposed_why, proposed_at, proposers, approved_by, approved_why, approved_at)
SELECT $1, $2, $3, $4, $5, 'file', $6, 'file', told, now_, '{}', 'file', told, now_
FROM clock_timestamp() AS now_, (VALUES ('the folder of policies')) AS why (told)
"""
# Whoever decides an application before the table is locked is in the table by then; whoever comes after it plans
# anew, since a policy more is approved. Takes about 20 s a million decisions: it reads each there is, by the ids it
# begins with, since no text that came with it must ever be in the way.
_NOTE_FIRST_APPLICATIONS = """
INSERT INTO first_applications (programme, candidate_id, application_id, submitted_at)
SELECT DISTINCT ON (candidate_id) $1, candidate_id, application_id, coalesce(submitted_at, '-infinity')
FROM (SELECT application_id, serial, submitted_at, substring(record FROM '"candidate_id":"([^"]+)"') AS candidate_id,
             substring(record FROM '"programme":"([^"]*)"') AS programme
      FROM (SELECT application_id, serial, recorded_submission(data) AS submitted_at,
                   convert_from(data, 'UTF8') AS record FROM decisions) AS read) AS told
WHERE programme = $1 AND candidate_id IS NOT NULL
ORDER BY candidate_id, serial
ON CONFLICT (programme, candidate_id) DO NOTHING
"""
_NOTE_SECONDS = 600.0
_COMMANDED = """
SELECT EXISTS (SELECT FROM policies WHERE programme = $1 AND origin = 'command' AND approved_at IS NOT NULL)
"""


class Registry:
    """What is in force, as last read from the table; policies are only ever added to it."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._compiled: dict[str, Active] = {}
        self.programmes = Programmes()

    async def open(self, seeds: Sequence[Policy], now: datetime) -> None:
        """Put the files' policies into the table where they belong there, and read what is in force.

        The log tells of a file's policy that was approved before and that another has replaced by `now`. Raises
        PolicyError where this release cannot read an approved policy.
        """
        await self._read()
        approved = {one.active.named.digest for one in self.programmes.each()}
        if missing := [policy for policy in seeds if policy.digest() not in approved]:
            async with self._pool.acquire() as connection, connection.transaction():
                await lock_policies(connection)
                for policy in missing:
                    await _seed(connection, policy)
            await self._read()
        self._tell()
        for policy in seeds:
            in_force = self.programmes.policy(policy.programme, now).named
            if policy.digest() in approved - {in_force.digest}:
                log.warning(
                    "the file is passed over: another policy has replaced it; to go back, give it a new version",
                    extra={**_told(policy, policy.digest()), "in_force": f"{in_force.name} {in_force.version}"},
                )

    async def refresh(self) -> None:
        """Read the table again. Raises PolicyError as above."""
        await self._read()
        self._tell()

    async def _read(self) -> None:
        approved = [self._approved(row) for row in await self._pool.fetch(_APPROVED)]
        self.programmes = Programmes(approved)

    def _tell(self) -> None:
        for one in self.programmes.each():
            log.info(
                "policy approved",
                extra={
                    "programme": one.programme,
                    "policy": one.active.named.name,
                    "version": one.active.named.version,
                    "digest": one.active.named.digest,
                    "from": "the beginning" if one.effective_from == ALWAYS else one.effective_from.isoformat(),
                    "origin": one.origin,
                },
            )

    def _approved(self, row: asyncpg.Record) -> Approved:
        digest = row["digest"]
        if digest not in self._compiled:
            if (policy := stored_policy(row["content"])) is None:
                why = f"{row['name']} {row['version']} ({digest[:12]}) is approved and this release cannot read it"
                log.critical("%s: run the release that took it, or a later one", why)
                raise PolicyError(why)
            self._compiled[digest] = activate(policy, digest)
        return Approved(
            row["programme"], self._compiled[digest], row["effective_from"], row["approved_at"], row["origin"]
        )


def stored_policy(content: str) -> Policy | None:
    """A policy as it stands in the table; None where this release cannot read what another wrote."""
    try:
        return Policy.model_validate(orjson.loads(content))
    except ValidationError:
        return None


async def lock_policies(connection: Any) -> None:
    """Until the end of the transaction nobody else changes the table; everybody may read it."""
    await connection.execute("LOCK TABLE policies IN SHARE ROW EXCLUSIVE MODE")


async def frozen(connection: Any, policy: Policy, digest: str) -> bool:
    """Whether the policy's name and version stand for another content, which is approved."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM policies WHERE name = $1 AND version = $2 AND digest <> $3"
        " AND approved_at IS NOT NULL)",
        policy.name,
        policy.version,
        digest,
    )
    return found


async def note_first_applications(connection: Any, policy: Policy) -> None:
    """Where a policy has a person look at further applications: note which each candidate's first was until now."""
    if policy.further_applications == "review":
        await connection.execute("LOCK TABLE decisions IN SHARE MODE")
        await connection.execute(_NOTE_FIRST_APPLICATIONS, policy.programme, timeout=_NOTE_SECONDS)


def _told(policy: Policy, digest: str) -> dict[str, str]:
    return {"programme": policy.programme, "policy": policy.name, "version": policy.version, "digest": digest}


async def _seed(connection: Any, policy: Policy) -> None:
    """A file is the first word on a programme, never the last: what came by command stays in force."""
    digest = policy.digest()
    told = _told(policy, digest)
    if await connection.fetchval("SELECT approved_at FROM policies WHERE digest = $1", digest):
        return
    if await connection.fetchval(_COMMANDED, policy.programme):
        log.warning("the file is passed over: the programme's policies come by command", extra=told)
    elif await frozen(connection, policy, digest):
        log.warning("the file is passed over: its version is in force with other content; give it a new", extra=told)
    else:
        content = orjson.dumps(policy.content()).decode()
        await connection.execute(_SEED, digest, policy.programme, policy.name, policy.version, content, ALWAYS)
        await note_first_applications(connection, policy)
