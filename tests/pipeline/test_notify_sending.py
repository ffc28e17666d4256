"""The ledger on a real Postgres, the sender before a real SMTP conversation: who holds a letter, how often it goes.

Kafka is left out: what is published is kept in a list.
"""

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from cohort.stack.ports import choose_ports
from cohort.stack.postgres import PostgresServer
from hiring import postgres
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade, PolicyNamed
from hiring.events.envelope import Outgoing
from hiring.health import Health
from hiring.patience import Patience
from hiring.publishing import Publisher
from notify.core.fate import Fate
from notify.core.plan import Plan, plan
from notify.metrics import LetterMetrics
from notify.recorder import Recorder
from notify.sender import Sender
from notify.settings import NotifySettings
from notify.smtp import Relay
from notify.stationery import letter_writer
from notify.store import Claimed, Ledger, Result

pytestmark = pytest.mark.stack

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LEASE = timedelta(seconds=60)
NOT_TRIED = Fate("queued", tried=0)


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[PostgresServer]:
    with TemporaryDirectory(prefix="notify-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        running = PostgresServer(folder / "postgres", choose_ports(["postgres"], {})["postgres"], folder / "log")
        try:
            await running.start()
            await running.wait_ready()
            yield running
        finally:
            await running.stop()


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count()


@dataclass
class Place:
    """One notify's own database."""

    settings: dict[str, object]
    pool: asyncpg.Pool
    ledger: Ledger

    async def letters(self, columns: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.pool.fetch(f"SELECT {columns} FROM letters ORDER BY decision_id")]

    async def claim(self, most: int = 100) -> list[Claimed]:
        return await self.ledger.claim(most, LEASE, "example.com")

    async def end_leases(self) -> None:
        await self.pool.execute("UPDATE letters SET due_at = now() WHERE state = 'sending'")


@pytest.fixture
async def place(server: PostgresServer, numbers: Iterator[int]) -> AsyncIterator[Place]:
    database = f"notify_{next(numbers)}"
    await server.create_database(database)
    settings: dict[str, object] = {"postgres_dsn": server.dsn(database)}
    known = NotifySettings.model_validate(settings)
    await asyncio.to_thread(postgres.migrate, known, "notify")
    async with postgres.pool(known, Health()) as pool:
        yield Place(settings, pool, Ledger(pool))


def contact(candidate: str, name: str = "Ada", minutes: int = 0) -> ContactGiven:
    return ContactGiven(
        candidate_id=candidate,
        name=name,
        email=f"{candidate[:8]}@example.org",
        given_at=NOW + timedelta(minutes=minutes),
    )


def decision(candidate: str, application: UUID | None = None, minutes: int = 0) -> DecisionMade:
    return DecisionMade(
        decision_id=uuid4(),
        application_id=application or uuid4(),
        candidate_id=candidate,
        revision="b" * 64,
        programme="p",
        policy=PolicyNamed(name="p", version="1", digest="c" * 64),
        outcome="review",
        decided_at=NOW + timedelta(minutes=minutes),
    )


def drive(size: int) -> Plan:
    candidates = [uuid4().hex * 2 for _ in range(size)]
    return plan([*map(contact, candidates), *map(decision, candidates)])


# -- the ledger ------------------------------------------------------------------------------------------------


async def test_a_write_repeated_after_the_letter_was_claimed_anew_does_not_free_it(place: Place) -> None:
    await place.ledger.enter(drive(1))
    (first,) = await place.claim()
    given_back = [Result(first.decision_id, first.claim, NOT_TRIED)]
    await place.ledger.record(given_back)
    (second,) = await place.claim()
    # The answer to the write was lost, so it is made again.
    await place.ledger.record(given_back)
    assert await place.claim() == [], "two workers would send one letter"
    late = Fate("failed", "RCPT 550")
    assert await place.ledger.record([Result(first.decision_id, first.claim, late)]) == []
    (told,) = await place.ledger.record([Result(second.decision_id, second.claim, Fate("sent"))])
    assert (told.state, told.attempts) == ("sent", 1)


async def test_a_letter_that_was_taken_is_sent_whoever_holds_it_and_whatever_else_is_written_with_it(
    place: Place,
) -> None:
    await place.ledger.enter(drive(1))
    (first,) = await place.claim()
    await place.end_leases()
    (second,) = await place.claim()
    together = [
        Result(first.decision_id, first.claim, Fate("sent")),
        Result(second.decision_id, second.claim, Fate("queued", "RCPT 450")),
    ]
    assert [told.state for told in await place.ledger.record(together)] == ["sent"]
    assert await place.ledger.record(together) == [], "told once"


async def test_a_lease_is_renewed_only_for_who_holds_the_letter(place: Place) -> None:
    await place.ledger.enter(drive(3))
    before = await place.claim()
    await place.end_leases()
    now = {it.decision_id: it for it in await place.claim(2)}
    assert await place.ledger.renew(before, LEASE) == {it.decision_id for it in before} - now.keys()
    assert await place.ledger.renew(list(now.values()), LEASE) == set(now)
    assert await place.claim() == []


async def test_every_decision_is_a_letter_once_in_whatever_order_and_however_often_it_comes(place: Place) -> None:
    candidate, application = uuid4().hex * 2, uuid4()
    older, newer = decision(candidate, application), decision(candidate, application, minutes=5)
    for batch in ([newer], [older], [newer, older], [older, contact(candidate)], [older, newer]):
        await place.ledger.enter(plan(batch))
    assert {it.decision_id for it in await place.claim()} == {older.decision_id, newer.decision_id}
    for batch in ([older], [newer, contact(candidate), older]):
        await place.ledger.enter(plan(batch))
    assert await place.letters("claims") == [(1,), (1,)]
    assert await place.claim() == []


@pytest.mark.parametrize("order", list(itertools.permutations([0, 5, 9])))
async def test_the_newest_contact_holds_in_whatever_order_they_come(place: Place, order: Sequence[int]) -> None:
    candidate = uuid4().hex * 2
    for minutes in (*order, *order):
        await place.ledger.enter(plan([contact(candidate, f"given at {minutes}", minutes)]))
    assert await place.pool.fetchval("SELECT name FROM contacts") == "given at 9"


# -- the sender ------------------------------------------------------------------------------------------------


@dataclass
class Slow:
    """A relay that answers each letter only when `answer` is set, or after `seconds`; RCPT when `rcpt` is set."""

    seconds: float | None = None
    answer: asyncio.Event = field(default_factory=asyncio.Event)
    rcpt: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        self.asked.append(address)
        await self.rcpt.wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken[str(message_from_bytes(cast(bytes, envelope.content))["Message-ID"])] += 1
        self.times.append(asyncio.get_running_loop().time())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.answer.wait(), self.seconds)
        return "250 OK"

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()


class Kept(list[Outgoing]):
    async def publish(self, records: Sequence[Outgoing]) -> None:
        self.extend(records)


@contextlib.asynccontextmanager
async def sending(place: Place, port: int, **more: object) -> AsyncIterator[None]:
    settings = NotifySettings.model_validate({**place.settings, "smtp_port": port, "lease_seconds": 1.0, **more})
    health, metrics = Health(), LetterMetrics("notify")
    patience = Patience(health, metrics)
    recorder = Recorder(place.ledger, cast(Publisher, Kept()), patience, metrics)
    writer = letter_writer(settings.sender)
    sender = Sender(
        settings, place.ledger, Relay(settings, health), writer, recorder, patience, metrics, asyncio.Event()
    )
    async with sender.sending() as ended:
        yield
        assert not ended.done()


async def until(fact: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await fact():
            await asyncio.sleep(0.02)


def at_rest(place: Place) -> Callable[[], Awaitable[bool]]:
    async def fact() -> bool:
        return not await place.pool.fetchval("SELECT count(*) FROM letters WHERE NOT published")

    return fact


async def test_a_relay_that_answers_long_after_the_lease_gets_each_letter_once(place: Place) -> None:
    await place.ledger.enter(drive(6))
    relay = Slow(seconds=3.0)
    relay.rcpt.set()
    # A second replica would take whatever falls due.
    async with relay.listening() as port, sending(place, port), sending(place, port):
        await until(at_rest(place))
    assert await place.letters("state, attempts, doubts") == [("sent", 1, 0)] * 6
    assert list(relay.taken.values()) == [1] * 6


async def test_a_relay_that_never_answers_gets_a_letter_twice_and_apart(place: Place) -> None:
    await place.ledger.enter(drive(1))
    relay = Slow()
    relay.rcpt.set()
    async with (
        relay.listening() as port,
        sending(place, port, smtp_answer_seconds=0.2, in_doubt_seconds=2.0, retry_seconds=0.01),
    ):
        await until(at_rest(place))
    ((state, attempts, doubts, cause),) = await place.letters("state, attempts, doubts, cause")
    assert (state, attempts, doubts) == ("failed", 2, 2)
    assert "may have arrived" in cause
    assert list(relay.taken.values()) == [2], "under one Message-ID"
    assert relay.times[1] - relay.times[0] >= 2.0


async def test_held_in_doubt_a_letter_goes_once(place: Place) -> None:
    await place.ledger.enter(drive(1))
    relay = Slow()
    relay.rcpt.set()
    async with relay.listening() as port, sending(place, port, smtp_answer_seconds=0.2, in_doubt="hold"):
        await until(at_rest(place))
    assert await place.letters("state, attempts, doubts") == [("failed", 1, 1)]
    assert list(relay.taken.values()) == [1]


async def test_stopped_before_the_answer_came_the_letter_is_in_doubt_and_waits(place: Place) -> None:
    await place.ledger.enter(drive(1))
    relay = Slow()
    relay.rcpt.set()
    async with relay.listening() as port:
        async with sending(place, port, drain_seconds=1.0):
            await until(lambda: _soon(bool(relay.taken)))
        assert await place.letters("state, attempts, doubts, due_at > now() + interval '20 min'") == [
            ("queued", 1, 1, True)
        ]


async def test_a_letter_that_was_only_ever_in_the_hand_of_dead_workers_is_sent_at_last(place: Place) -> None:
    await place.ledger.enter(drive(2))
    for _ in range(20):
        assert len(await place.claim()) == 2
        await place.end_leases()
    relay = Slow(seconds=0.0)
    relay.rcpt.set()
    async with relay.listening() as port, sending(place, port, max_attempts=1):
        await until(at_rest(place))
    assert await place.letters("state, attempts, claims") == [("sent", 1, 21)] * 2


async def test_a_person_forgotten_while_the_relay_thinks_gets_no_letter(place: Place) -> None:
    planned = drive(1)
    await place.ledger.enter(planned)
    relay = Slow(seconds=0.0)
    async with relay.listening() as port, sending(place, port):
        await until(lambda: _soon(bool(relay.asked)))
        await place.ledger.enter(Plan(forgotten_applications={d.application_id for d in planned.decisions.values()}))
        # Until the lease it had can have been renewed no more.
        deadline = asyncio.get_running_loop().time() + 1.5
        await until(lambda: _soon(asyncio.get_running_loop().time() > deadline))
        relay.rcpt.set()
        other = drive(1)
        await place.ledger.enter(other)
        await until(at_rest(place))
    assert list(relay.taken) == [f"<{id_}@example.com>" for id_ in other.decisions]


async def _soon(fact: bool) -> bool:
    return fact
