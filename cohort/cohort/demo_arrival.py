"""Knows by facts how far a drive has come: what the stores count, and which applications still wait."""

import asyncio
import os
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic
from types import TracebackType
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from cohort.accounting.gather import LATER, dead_submission
from cohort.addresses import Addresses
from cohort.drive.sent import Accepted, LineSent, Logged, Place
from hiring.topic_reading import consumer
from hiring.topics import DEAD_LETTERS

_DECIDED = "SELECT count(*) FROM decisions"
_LETTERS = "SELECT count(*) FROM letters WHERE state NOT IN ('queued', 'sending')"
_DONE = f"""
    SELECT application_id FROM letters WHERE application_id = ANY($1::uuid[])
    GROUP BY application_id HAVING bool_and(state NOT IN ('queued', 'sending') OR {LATER})
"""  # noqa: S608
# A letter that is held by a worker, or put off to a later moment, will move without any sign before that moment.
_HELD = """
    SELECT EXISTS (
        SELECT FROM letters
        WHERE application_id = ANY($1::uuid[]) AND state IN ('queued', 'sending') AND due_at > now()
    )
"""
_ASKED = 2_000
_SHARE = 20
"""Asking may take a twentieth of the time, so that watching does not slow what is watched."""


class Outstanding:
    """The applications of a drive that still wait for their letter, and the records that must die."""

    def __init__(self, sent: Iterable[LineSent]) -> None:
        self._lines: Counter[UUID] = Counter()
        self._places: dict[Place, UUID | None] = {}
        self._unnamed = 0
        first: dict[UUID, int] = {}
        self.corrected = False
        """Whether some application was sent with different contents: it may get more letters than one."""
        for line in sent:
            if isinstance(line.answer, Logged):
                self._places[line.answer.place] = line.answer.application_id
                self._unnamed += line.answer.application_id is None
            if isinstance(line.answer, Accepted | Logged) and line.answer.application_id:
                self._lines[line.answer.application_id] += 1
                if first.setdefault(line.answer.application_id, line.content) != line.content:
                    self.corrected = True
        self._waiting = dict.fromkeys(self._lines)

    def __len__(self) -> int:
        return len(self._waiting) + self._unnamed

    @property
    def expected(self) -> int:
        """How many applications should get a letter, by what is known so far."""
        return len(self._lines)

    def first(self, most: int) -> list[UUID]:
        """Up to `most` applications that wait, the longest waiting first."""
        return list(islice(self._waiting, most))

    def arrived(self, applications: Iterable[UUID]) -> None:
        """These have their letter."""
        for application in applications:
            self._waiting.pop(application, None)

    def died(self, places: Iterable[Place]) -> None:
        """These records became dead letters: no letter comes for them, unless another line names the same."""
        for place in places:
            if place not in self._places:
                continue
            application = self._places.pop(place)
            if application is None:
                self._unnamed -= 1
                continue
            self._lines[application] -= 1
            if not self._lines[application]:
                del self._lines[application]
                self._waiting.pop(application, None)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many have come to each place since the watch began."""

    decided: int = 0
    letters: int = 0
    emails: int = 0
    dead: int = 0

    def since(self, start: "Counts") -> "Counts":
        return Counts(self.decided - start.decided, self.letters - start.letters, self.emails - start.emails, self.dead)


@dataclass(slots=True)
class Watch:
    """Counts what arrives in the stores, from when it is entered. A store that is away is asked again later."""

    addresses: Addresses
    counts: Counts = field(default_factory=Counts)
    """As last looked at."""
    new_dead: list[Place] = field(default_factory=list)
    """Places of dead letters; whoever reads them clears them."""
    _start: Counts = field(default_factory=Counts)
    _dead: int = 0
    _connections: dict[str, asyncpg.Connection] = field(default_factory=dict)
    _listening: asyncio.Task[None] | None = None
    _next_look: float = 0.0

    async def __aenter__(self) -> "Watch":
        """Raises asyncpg.PostgresError, OSError or KafkaError where a place cannot be asked at the start."""
        self._start = await self._ask()
        reader = consumer(self.addresses.kafka, DEAD_LETTERS)
        await reader.start()
        await reader.seek_to_end()
        # A position is only fixed when asked for: a dead letter written before the first fetch must be seen.
        for partition in reader.assignment():
            await reader.position(partition)
        self._listening = asyncio.create_task(self._listen(reader))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listening:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        for connection in self._connections.values():
            connection.terminate()

    async def look(self) -> Counts:
        """The counts now, or the last ones where asking costs too much just yet or a store is away."""
        if (began := monotonic()) >= self._next_look:
            try:
                self.counts = (await self._ask()).since(self._start)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await self._forget()
            self._next_look = monotonic() + _SHARE * (monotonic() - began)
        return self.counts

    async def settle(self, outstanding: Outstanding) -> None:
        """Strike from `outstanding` what has arrived by now."""
        died, self.new_dead = self.new_dead, []
        outstanding.died(died)
        try:
            while asked := outstanding.first(_ASKED):
                connection = await self._connection(self.addresses.notify_dsn)
                done = {row[0] for row in await connection.fetch(_DONE, asked)}
                outstanding.arrived(done)
                if len(done) < len(asked):
                    return
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await self._forget()

    async def held(self, applications: Collection[UUID]) -> bool:
        """Whether a letter of these is put off to a moment that has not come yet."""
        try:
            connection = await self._connection(self.addresses.notify_dsn)
            return bool(await connection.fetchval(_HELD, list(applications)))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await self._forget()
            return False

    async def _ask(self) -> Counts:
        screening = await self._connection(self.addresses.screening_dsn)
        notify = await self._connection(self.addresses.notify_dsn)
        return Counts(
            decided=await screening.fetchval(_DECIDED),
            letters=await notify.fetchval(_LETTERS),
            emails=await asyncio.to_thread(_files, self.addresses.mailbox),
            dead=self._dead,
        )

    async def _connection(self, dsn: str) -> asyncpg.Connection:
        if dsn not in self._connections:
            self._connections[dsn] = await asyncpg.connect(dsn, timeout=5, command_timeout=30)
        return self._connections[dsn]

    async def _forget(self) -> None:
        for connection in self._connections.values():
            connection.terminate()
        self._connections.clear()

    async def _listen(self, reader: AIOKafkaConsumer) -> None:
        try:
            while True:
                try:
                    records = await reader.getmany(timeout_ms=1_000)
                except KafkaError:
                    await asyncio.sleep(1)
                    continue
                for record in (record for some in records.values() for record in some):
                    if (dead := dead_submission(record)) is not None:
                        self._dead += 1
                        self.new_dead.append(dead.place)
        finally:
            await reader.stop()


def _files(directory: os.PathLike[str]) -> int:
    try:
        return sum(name.endswith(".eml") and name[0] != "." for name in os.listdir(directory))
    except FileNotFoundError:
        return 0
