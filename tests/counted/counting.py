"""Counts what a service asks of the broker and of the database, while it runs in this process."""

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka.client import AIOKafkaClient

from cohort.stack.postgres import PostgresServer

# What batches, offsets and rows cost. Fetch, Heartbeat and Metadata come with time, not with work.
REQUESTS = ("Produce", "OffsetCommit")

_STATEMENT = re.compile(r"LOG:  (?:statement|execute [^:]*): \s*(.*)", re.DOTALL)
_ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [^\n]*?@(\S*) (LOG:  .*(?:\n\t.*)*)", re.MULTILINE)
# The probe of readiness, the driver's questions on a new connection, and what a pool asks when one is given back.
_HEALTH = re.compile(r"SELECT 1\s*$")
_SET_UP = re.compile(r"typeinfo_tree|set_config\('jit'|pg_catalog\.version")
_RESET = re.compile(r"pg_advisory_unlock_all|RESET ALL")
_WRITE = re.compile(r"\b(INSERT|UPDATE|DELETE|COPY)\s+(?:INTO\s+|FROM\s+|ONLY\s+)*(\w+)")
_READ = re.compile(r"\bFROM\s+(\w+)")


@dataclass
class Counted:
    """How many requests of each kind, and how many statements by verb and table."""

    requests: Counter[str] = field(default_factory=Counter)
    statements: Counter[str] = field(default_factory=Counter)


@contextlib.contextmanager
def counted(monkeypatch: pytest.MonkeyPatch, log: Path, database: str | None) -> Iterator[Counted]:
    """Count inside the block; the statements are there once it is left.

    Requests are seen where aiokafka sends them, statements in the server's own log: whatever way the service
    takes to the database, COPY and a driver's own questions among them, the server tells of it.
    """
    found = Counted()
    send = AIOKafkaClient.send

    async def counting(client: AIOKafkaClient, node: int, request: Any, **how: Any) -> Any:
        found.requests[type(request).__name__.removesuffix("Request")] += 1
        return await send(client, node, request, **how)  # type: ignore[no-untyped-call]

    begin = log.stat().st_size
    with monkeypatch.context() as patch:
        patch.setattr(AIOKafkaClient, "send", counting)
        yield found
    if database is not None:
        with log.open("rb") as file:
            file.seek(begin)
            text = file.read().decode()
        for of, entry in _ENTRY.findall(text):
            told = _STATEMENT.match(entry) if of == database else None
            if told and (kind := _kind(told[1].replace("\n\t", " "))):
                found.statements[kind] += 1


async def log_statements(server: PostgresServer, database: str) -> None:
    """Have the server log every statement that new connections to `database` execute."""
    connection = await asyncpg.connect(server.dsn())
    await connection.execute(f"ALTER DATABASE {database} SET log_statement = 'all'")
    await connection.close()


def _kind(statement: str) -> str | None:
    """The verb and the table it is about (`INSERT letters`), or what else it is; None for what comes with time."""
    if _HEALTH.match(statement):
        return None
    if _SET_UP.search(statement):
        return "connect"
    if _RESET.search(statement):
        return "reset"
    if written := _WRITE.search(statement):
        return f"{written[1]} {written[2]}"
    if read := _READ.search(statement):
        return f"SELECT {read[1]}"
    return statement.split()[0].rstrip(";")
