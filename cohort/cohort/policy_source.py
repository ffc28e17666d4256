"""The policies a verb is given: a file, or one of the running pipeline by its digest or as the `active` one."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import orjson
from pydantic import ValidationError

from cohort import pipeline
from cohort.service_tables import fetch
from cohort.stack.errors import StackError
from cohort.verb import not_running
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
        contents = await _stored(data, _IN_FORCE, programme)
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
    contents = await _stored(data, _BY_DIGEST, name)
    if len(contents) != 1:
        many = "more than one policy has" if contents else f"there is no such file, and no policy in {data} has"
        raise StackError(f"{name}: {many} a digest that begins so")
    return _read(contents[0], name)


async def _stored(data: Path, query: str, argument: str) -> list[str]:
    if (at := pipeline.find(data)) is None:
        raise StackError(not_running(data))
    return [row[0] for row in await fetch(at.screening_dsn, query, argument)]


def _read(content: str, name: str) -> Policy:
    try:
        return Policy.model_validate(orjson.loads(content))
    except ValidationError as error:
        raise StackError(
            f"{name}: this release cannot read it: {error.error_count()} of its fields are unknown"
        ) from None
