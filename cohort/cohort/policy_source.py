"""The policies a verb is given: a file, or one of the running pipeline by its digest or as the `active` one."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from cohort import from_topics
from cohort.service_tables import fetch
from cohort.stack.errors import StackError
from cohort.verb import running_pipeline
from screening.core.policy import Policy
from screening.programmes import PolicyError, read_policy

ACTIVE = "active"
_DIGEST = re.compile(r"[0-9a-f]{6,64}")
_BY_DIGEST = "SELECT content::text FROM policies WHERE starts_with(digest, $1) LIMIT 2"
# As screening chooses it for an application that is submitted now.
_IN_FORCE = """
SELECT content::text FROM policies WHERE programme = $1 AND approved_at IS NOT NULL AND effective_from <= now()
ORDER BY effective_from DESC, approved_at DESC LIMIT 1
"""


async def policies(named: Sequence[str], data: Path) -> list[Policy]:
    """The policies of these names, in order; `active` is that of the programme that the others are for.

    Raises StackError, in words for the person at the terminal; asyncpg.PostgresError or OSError.
    """
    found = {name: await _policy(name, data) for name in dict.fromkeys(named) if not _is_active(name)}
    if len(found) < len(set(named)):
        programmes = {policy.programme for policy in found.values()}
        if len(programmes) != 1:
            raise StackError(
                "`active` is the policy in force of the programme that another policy here is for: name one"
            )
        programme = programmes.pop()
        contents = await _in_force(data, programme)
        if not contents:
            raise StackError(f"no policy is in force for the programme {programme}")
        found[ACTIVE] = _read(contents[0], ACTIVE)
    return [found[name] for name in named]


def _is_active(name: str) -> bool:
    return name == ACTIVE and not Path(name).exists()


async def _policy(name: str, data: Path) -> Policy:
    if Path(name).exists() or not _DIGEST.fullmatch(name):
        try:
            return await asyncio.to_thread(read_policy, Path(name))
        except PolicyError as error:
            raise StackError(str(error)) from None
    contents = await _by_digest(data, name)
    if len(contents) != 1:
        many = "more than one policy has" if contents else f"there is no such file, and no policy in {data} has"
        raise StackError(f"{name}: {many} a digest that begins so")
    return _read(contents[0], name)


async def _by_digest(data: Path, digest: str) -> list[Any]:
    at = running_pipeline(data)
    if at.screening_dsn:
        return [orjson.loads(row[0]) for row in await fetch(at.screening_dsn, _BY_DIGEST, digest)]
    return [row["content"] for row in await from_topics.policies(at.broker) if row["digest"].startswith(digest)]


async def _in_force(data: Path, programme: str) -> list[Any]:
    at = running_pipeline(data)
    if at.screening_dsn:
        return [orjson.loads(row[0]) for row in await fetch(at.screening_dsn, _IN_FORCE, programme)]
    rows = await from_topics.policies(at.broker)
    return [row["content"] for row in rows if row["programme"] == programme and row["judges_now"]]


def _read(content: Any, name: str) -> Policy:
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        raise StackError(
            f"{name}: this release cannot read it: {error.error_count()} of its fields are unknown"
        ) from None
