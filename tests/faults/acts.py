"""Doing each fault to a running pipeline, and undoing it."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import orjson

from cohort.pipeline import Pipeline
from cohort.service import ServiceProcess
from cohort.stack.errors import StackError
from cohort.stack.kafka import broker_answers
from cohort.stack.ports import choose_ports

from .journal import Journal
from .mail import MailServer
from .schedule import SERVICES, Act, Fault, Mode

_BACK_SECONDS = 90.0
_PARTITIONS = {"intake": 6, "screening": 6, "notify": 12}
"""Of all the topics that a service reads."""

_RETRIED_SECONDS = 5.0
"""A service that waits for its database asks again at least so often (hiring.faults.backoff)."""

_SIGNALS = {Act.KILL: signal.SIGKILL, Act.TERM: signal.SIGTERM}


class Site:
    """The running pipeline, its mail server and its second replicas."""

    def __init__(
        self, pipeline: Pipeline, mail: MailServer, settings: Mapping[str, object], data: Path, journal: Journal
    ) -> None:
        self.journal = journal
        self.mail = mail
        self._pipeline = pipeline
        self._logs = data / "logs"
        ports = choose_ports([f"{service} replica" for service in SERVICES], {})
        addresses = pipeline.addresses
        own: dict[str, dict[str, object]] = {
            "intake": {"candidate_secret_file": data / "secrets" / "candidate"},
            "screening": {"postgres_dsn": addresses.screening_dsn},
            "notify": {
                "postgres_dsn": addresses.notify_dsn,
                "smtp_host": "127.0.0.1",
                # A letter that the other replica sends again must be the same, with its link.
                "public_url": addresses.notify_url,
                "link_keys_file": data / "secrets" / "links",
            },
        }
        shared = {"kafka_bootstrap_servers": addresses.kafka, "http_host": "127.0.0.1"}
        self._replicas = {
            service: ServiceProcess(
                service,
                {**shared, **own[service], **settings},
                ports[f"{service} replica"],
                self._logs / f"{service}-replica.log",
            )
            for service in SERVICES
        }
        self._stopped: set[int] = set()
        self._held = {name: asyncio.Lock() for name in _names()}

    async def take(self, fault: Fault) -> contextlib.AsyncExitStack:
        """Wait until the parts of a fault are free and hold them."""
        held = contextlib.AsyncExitStack()
        for name in sorted(fault.holds):
            await held.enter_async_context(self._held[name])
        return held

    async def do(self, fault: Fault) -> None:
        """Do it, and return when it is undone: what was ended runs again, what was away answers."""
        self.journal.note(str(fault))
        match fault.act:
            case Act.KILL | Act.TERM:
                await self._signal(fault)
            case Act.ZOMBIE:
                await self._zombie(fault)
            case Act.COME_AND_GO:
                for last in (Act.TERM, fault.last):
                    await self._replica_runs(fault, last)
            case Act.REFUSE_DATABASE:
                await self._refuse_database(fault)
            case Act.MAIL:
                await self._trouble_mail(fault)
        self.journal.note(f"#{fault.number} is over")

    async def close(self) -> None:
        """Wake what is stopped, end the replicas."""
        for pid in self._stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        await asyncio.gather(*(replica.stop(10.0) for replica in self._replicas.values()))

    # -- processes -----------------------------------------------------------------------------------------

    async def _signal(self, fault: Fault) -> None:
        pid = await self._pid(fault.target)
        loses = (fault.act, fault.target) == (Act.KILL, "notify")
        with self.journal.disturbing(f"{fault.target}: {fault.act}", loses), contextlib.suppress(ProcessLookupError):
            os.kill(pid, _SIGNALS[fault.act])
        with self.journal.disturbing(f"{fault.target}: {fault.act}", fault.target == "postgres", _RETRIED_SECONDS):
            await self._pid(fault.target, other_than=pid)
            if fault.target == "kafka":
                await _until(lambda: broker_answers(self._pipeline.addresses.kafka))
            if fault.target == "postgres":
                await _until(self._database_answers)

    async def _zombie(self, fault: Fault) -> None:
        replica = self._replicas[fault.target]
        await replica.start()
        with contextlib.suppress(StackError):
            # A broker or database that is away at this moment keeps it from being ready; it goes on without.
            await replica.wait_ready(5.0)
        pid = await self._pid(fault.target)
        with self.journal.disturbing(f"{fault.target}: {fault.act}", fault.target == "notify"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
            self._stopped.add(pid)
            await asyncio.sleep(fault.lasts)
            moved = _has_all_partitions(replica)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            self._stopped.discard(pid)
            self.journal.zombies[moved] += 1
            self.journal.note(f"#{fault.number} wakes up; its partitions have {'' if moved else 'not '}moved")
            await asyncio.sleep(1.0)
        await self._replica_goes(fault, fault.last)

    async def _replica_runs(self, fault: Fault, last: Act) -> None:
        await self._replicas[fault.target].start()
        with contextlib.suppress(StackError):
            await self._replicas[fault.target].wait_ready(5.0)
        await asyncio.sleep(fault.lasts)
        await self._replica_goes(fault, last)

    async def _replica_goes(self, fault: Fault, last: Act) -> None:
        replica = self._replicas[fault.target]
        if last is Act.KILL and replica.child is not None and replica.child.alive():
            loses = fault.target == "notify"
            with self.journal.disturbing(f"{fault.target} replica: kill -9", loses):
                replica.child.kill()
                await replica.child.wait()
        elif not await replica.stop():
            raise AssertionError(f"{fault}: the second replica did not end on SIGTERM")

    async def _pid(self, name: str, other_than: int | None = None) -> int:
        async with asyncio.timeout(_BACK_SECONDS):
            while (pid := self._pipeline.supervisor.pids().get(name, other_than)) == other_than or pid is None:
                await asyncio.sleep(0.02)
        return pid

    # -- the database and the mail server ------------------------------------------------------------------

    async def _refuse_database(self, fault: Fault) -> None:
        with self.journal.disturbing(f"{fault.target}: {fault.act}", fault.target == "notify", _RETRIED_SECONDS):
            await self._administer(
                f"ALTER DATABASE {fault.target} WITH ALLOW_CONNECTIONS false",
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{fault.target}'",
            )
            await asyncio.sleep(fault.lasts)
            await self._administer(f"ALTER DATABASE {fault.target} WITH ALLOW_CONNECTIONS true")

    async def _administer(self, *statements: str) -> None:
        connection = await asyncpg.connect(self._postgres_dsn, timeout=10)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    @property
    def _postgres_dsn(self) -> str:
        return urlunsplit(urlsplit(self._pipeline.addresses.notify_dsn)._replace(path="/postgres"))

    async def _database_answers(self) -> bool:
        try:
            await self._administer("SELECT 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    async def _trouble_mail(self, fault: Fault) -> None:
        assert fault.mode is not None
        cuts = fault.mode is Mode.REFUSE
        # A connection that is cut just after an answer may lose it.
        with self.journal.disturbing(f"mail server {fault.mode}", cuts):
            await self.mail.begin(fault.mode, fault.stage, fault.share)
        await asyncio.sleep(fault.lasts)
        await self.mail.end()


def _has_all_partitions(replica: ServiceProcess) -> bool:
    """Whether the group gave this replica everything, by what it last said of it."""
    assert replica.child is not None
    assigned = [line for line in replica.child.last_lines(200) if '"partitions assigned"' in line]
    return bool(assigned) and orjson.loads(assigned[-1])["partitions"] == _PARTITIONS[replica.name]


async def _until(fact: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_BACK_SECONDS):
        while not await fact():
            await asyncio.sleep(0.1)


def _names() -> list[str]:
    return [*SERVICES, *(f"{service} replica" for service in SERVICES), "kafka", "postgres", "mail"]
