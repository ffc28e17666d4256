"""The console as a process on real Kafka and real Postgres, and somebody who is logged in there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from cohort.stack.ports import choose_ports
from console.accounts.file import Account, Passwords, add
from hiring.settings import as_environment

from .notify_service import Stack

STALLED = "stands still here"
_STALLING = f"""
import asyncio, sys
from console import main
from hiring.publishing import Publisher
topic, publish = sys.argv.pop(), Publisher.publish

async def stalling(self, records):
    if any(record.topic == topic for record in records):
        print({STALLED!r}, file=sys.stderr, flush=True)
        await asyncio.Event().wait()
    await publish(self, records)

Publisher.publish = stalling
main.main()
"""

PASSWORD = "correct horse battery"


class Console:
    """One console on a database of its own: started, killed and started again by a test."""

    def __init__(self, stack: Stack, dsn: str) -> None:
        port = choose_ports(["http"], {})["http"]
        self.accounts = stack.folder / f"accounts-{port}.json"
        settings = {
            "kafka_bootstrap_servers": stack.settings.kafka_bootstrap_servers,
            "kafka_session_timeout_ms": 6000,
            "postgres_dsn": dsn,
            "http_port": port,
            "session_keys": "k" * 40,
            "accounts_file": self.accounts,
        }
        add(self.accounts, Account(name="li.na", role="operator", password=Passwords().hash(PASSWORD)))
        self.url = f"http://127.0.0.1:{port}"
        self.dsn = dsn
        self.log: Path = stack.folder / f"console-{port}.log"
        self.process: asyncio.subprocess.Process | None = None
        self._environment = {**os.environ, **as_environment(settings)}

    async def run(self, *verb: str) -> asyncio.subprocess.Process:
        return await self._python("-m", "console", *verb)

    async def _python(self, *words: str) -> asyncio.subprocess.Process:
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, *words, env=self._environment, stdout=log, stderr=log
            )

    async def start(self) -> None:
        self.process = await self.run()

    async def start_stalling(self, topic: str) -> None:
        """One that stands still, and says so in its log, when it is about to publish on a topic."""
        self.process = await self._python("-c", _STALLING, topic)

    async def verb(self, *words: str) -> None:
        process = await self.run(*words)
        assert await asyncio.wait_for(process.wait(), 60) == 0, self.log.read_text()

    async def end(self, how: int) -> int:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 30)


@contextlib.asynccontextmanager
async def consoled(stack: Stack) -> AsyncIterator[tuple[Console, asyncpg.Connection[Any]]]:
    """A console that runs, and a connection to its database."""
    database = f"console_{next(stack.databases)}"
    await stack.postgres.create_database(database)
    dsn = stack.postgres.dsn(database)
    console = Console(stack, dsn)
    await console.verb("migrate")
    connection = await asyncpg.connect(dsn)
    await console.start()
    try:
        yield console, connection
        assert await console.end(signal.SIGTERM) == 0, console.log.read_text()
    finally:
        await console.end(signal.SIGKILL)
        await connection.close()


@contextlib.asynccontextmanager
async def logged_in(console: Console) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor of the pages, as the operator."""
    async with httpx.AsyncClient(base_url=console.url, timeout=10, trust_env=False) as client:
        page = (await client.get("/login")).text
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token, page
        form = {"token": token[1], "next": "/", "name": "li.na", "password": PASSWORD}
        assert (await client.post("/login", data=form)).status_code == 303
        yield client


TABLES = (
    "applications ORDER BY application_id",
    "history ORDER BY application_id, kind, id",
    "forgotten ORDER BY application_id",
    "dead_letters ORDER BY partition, 2",
    "dead_letter_groups ORDER BY topic, flaw",
    "waiting ORDER BY application_id",
    "settlements ORDER BY partition, 2",
    "failed_again ORDER BY partition, 2",
)


async def contents(connection: asyncpg.Connection[Any]) -> dict[str, Sequence[Any]]:
    """All that the read model says, but for how it came to be."""
    found: dict[str, Sequence[Any]] = {}
    for table in TABLES:
        found[table] = [tuple(row) for row in await connection.fetch(f"SELECT * FROM {table}")]
    cells = await connection.fetch("SELECT * FROM cells WHERE n <> 0 ORDER BY 1, 2, 3, 4, 5, 6")
    return found | {"cells": [tuple(row) for row in cells]}
