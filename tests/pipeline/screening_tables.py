"""Screening's tables without screening: a database of a test's own, and decisions to put into it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg
import orjson

from cohort.pipeline import Pipeline
from screening.stored_decision import StoredDecision

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIRST, *LATER = sorted(path.name for path in files("screening.migrations").iterdir() if path.name.endswith(".sql"))


@asynccontextmanager
async def first_release(pipeline: Pipeline) -> AsyncIterator[asyncpg.Pool]:
    """A new database on the pipeline's server, as the first release left it."""
    parts, name = urlsplit(pipeline.addresses.screening_dsn), f"tables_{uuid4().hex[:12]}"
    connection = await asyncpg.connect(pipeline.addresses.screening_dsn)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    async with asyncpg.create_pool(urlunsplit(parts._replace(path=f"/{name}")), min_size=1) as made:
        await _migrate(made, FIRST)
        yield made


async def upgrade(pool: asyncpg.Pool) -> None:
    """Bring the first release's tables to what they are today."""
    for name in LATER:
        await _migrate(pool, name)


async def _migrate(pool: asyncpg.Pool, name: str) -> None:
    await pool.execute((files("screening.migrations") / name).read_text(encoding="utf-8"))


def decided(application: int, revision: str, number: int, offset: int | None = None) -> StoredDecision:
    """A decision on a revision, for the record at this offset of the first partition."""
    id_ = str(UUID(int=number))
    data = orjson.dumps({"decision_id": id_, "revision": revision * 64, "programme": "p"})
    source = (None, None) if offset is None else (0, offset)
    return StoredDecision(str(UUID(int=application)), revision * 32, id_, "review", None, NOW, data, *source)


def asked(by: str) -> dict[str, Any]:
    """What every command has."""
    return {"command_id": uuid4(), "by": by, "why": "agreed", "at": NOW}
