"""Do the databases answer and take the login, and are they migrated as this release needs?"""

import time
from collections.abc import Sequence
from importlib.resources import as_file, files
from urllib.parse import urlsplit

import asyncpg
import yoyo

from cohort.doctor.clock import judged_clock
from cohort.doctor.finding import Case, Finding, ok, unknown, wrong

CHECK = "Postgres"
_SECONDS = 6.0
_APPLIED = "SELECT migration_id FROM _yoyo_migration"
_NOW = "SELECT extract(epoch FROM clock_timestamp())::float8"


async def databases(case: Case) -> list[Finding]:
    """The findings on each database that is told."""
    found = [finding for of, dsn in case.at.databases().items() for finding in await _database(of, dsn)]
    if untold := sorted({"screening", "notify", "console"} - set(case.at.databases())) if not case.at.local else []:
        found.append(
            unknown(
                CHECK,
                f"no database of {', '.join(untold)} is told: whether it answers and is migrated is not looked at",
                "their services' readiness tells whether they reach them",
            )
        )
    return found


async def _database(of: str, dsn: str) -> list[Finding]:
    parts = urlsplit(dsn)
    where = f"the database of {of} at {parts.hostname}:{parts.port or 5432}"
    try:
        connection = await asyncpg.connect(dsn, timeout=_SECONDS, command_timeout=_SECONDS)
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError):
        return [wrong(CHECK, f"{where} does not take the login {parts.username}", f"correct the password in {of}_dsn")]
    except asyncpg.InvalidCatalogNameError:
        return [
            wrong(CHECK, f"{where} is not there: the server has no such database", f"correct {of}_dsn, or create it")
        ]
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        return [wrong(CHECK, f"{where} does not answer ({type(error).__name__})", f"start it, or correct {of}_dsn")]
    try:
        found = [ok(CHECK, f"{where} answers, and takes the login {parts.username}")]
        found += await _migrated(connection, of)
        found.append(judged_clock(where, await connection.fetchval(_NOW) - time.time()))
        return found
    finally:
        await connection.close()


async def _migrated(connection: asyncpg.Connection, of: str) -> list[Finding]:
    try:
        applied = [row[0] for row in await connection.fetch(_APPLIED)]
    except asyncpg.InsufficientPrivilegeError:
        return [unknown("migrations", f"this login may not see which migrations the database of {of} has")]
    except asyncpg.UndefinedTableError:
        applied = []
    return [judged_migrations(of, applied, known_migrations(of))]


def known_migrations(of: str) -> list[str]:
    """The migrations that this release has for a service."""
    with as_file(files(of)) as package:
        return sorted(it.id for it in yoyo.read_migrations(str(package / "migrations")))


def judged_migrations(of: str, applied: Sequence[str], known: Sequence[str]) -> Finding:
    """Whether a database has exactly the migrations that this release has."""
    if missing := sorted(set(known) - set(applied)):
        return wrong(
            "migrations",
            f"the database of {of} lacks {', '.join(missing)}",
            f"migrate it: `docker compose up migrate-{of}`, or `python -m {of} migrate` with its owner's login",
        )
    if newer := sorted(set(applied) - set(known)):
        return wrong(
            "migrations",
            f"the database of {of} has {', '.join(newer)}, which this release does not know",
            "it was migrated by a newer release: bring this command and the services to that one",
        )
    return ok("migrations", f"the database of {of} has every migration of this release")
