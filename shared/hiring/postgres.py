"""A service's own Postgres: its pool of connections, and its migrations."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib.resources import as_file, files
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import psycopg
import yoyo

from hiring.health import Health
from hiring.settings import PostgresSettings

# Any number will do that nothing else locks by.
_MIGRATING = 0x636F686F7274

PROBE_SECONDS = 2.0
PROBE_ANSWER_SECONDS = 4.0


@contextlib.asynccontextmanager
async def pool(settings: PostgresSettings, health: Health) -> AsyncIterator[asyncpg.Pool]:
    """A pool that opens its first connection when asked: a database that is away is waited for later.

    Whether the database answers is asked every few seconds; readiness says what was heard.
    Statements time out after 30 seconds, so that a hanging server is a fault like any other.
    """
    connections = await asyncpg.create_pool(
        dsn=str(settings.postgres_dsn),
        password=settings.postgres_password.get_secret_value() if settings.postgres_password else None,
        min_size=0,
        max_size=settings.postgres_connections,
        timeout=5,
        command_timeout=30,
        reset=_leave_as_it_is,
    )
    probing = asyncio.create_task(_probe(connections, health), name="probe-database")
    try:
        yield connections
    finally:
        probing.cancel()
        try:
            await asyncio.wait_for(connections.close(), 5)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connections.terminate()


async def _leave_as_it_is(_: asyncpg.Connection) -> None:
    """Nothing we run leaves anything in a session; asyncpg's own reset is a round trip after every statement."""


async def _probe(connections: asyncpg.Pool, health: Health) -> None:
    while True:
        # Not cancelled when it takes long: asyncpg would wait for the silent server to confirm that.
        asking = asyncio.create_task(connections.fetchval("SELECT 1"))
        await asyncio.wait({asking}, timeout=PROBE_ANSWER_SECONDS)
        if not asking.done():
            health.set("database", False, "does not answer")
            await asyncio.wait({asking})
        # Whatever the error is, the database did not answer; the loop decides what to do about it.
        error = asking.exception()
        health.set("database", error is None, type(error).__name__)
        await asyncio.sleep(PROBE_SECONDS)


def migrate(settings: PostgresSettings, package: str) -> list[str]:
    """Apply the migrations in `package`.migrations that are missing, each in a transaction; return their names.

    Several processes may do this at once: one does it, the others wait. The lock is the session's own, so that a
    process that is killed leaves none behind. Raises psycopg.Error.
    """
    uri = _yoyo_uri(settings)
    with (
        psycopg.connect(uri.replace("+psycopg", "", 1), autocommit=True) as locking,
        as_file(files(package) / "migrations") as directory,
    ):
        locking.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        backend = yoyo.get_backend(uri)
        missing = backend.to_apply(yoyo.read_migrations(str(directory)))
        backend.apply_migrations(missing)
        return [migration.id for migration in missing]


def _yoyo_uri(settings: PostgresSettings) -> str:
    parts = urlsplit(str(settings.postgres_dsn))
    netloc = parts.netloc
    if settings.postgres_password and "@" in netloc:
        user, _, host = netloc.rpartition("@")
        password = quote(settings.postgres_password.get_secret_value(), safe="")
        netloc = f"{user.split(':')[0]}:{password}@{host}"
    return urlunsplit(("postgresql+psycopg", netloc, parts.path, parts.query, ""))
