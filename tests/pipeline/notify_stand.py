"""Notify's own database on a real Postgres, and what fills it: contacts, decisions, wishes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from cohort.stack.ports import choose_ports
from cohort.stack.postgres import PostgresServer
from hiring import postgres
from hiring.consumer import Received
from hiring.events.answer import CommandAnswered
from hiring.events.command import (
    ApplicationWithdrawn,
    CandidateErased,
    LetterSettled,
    LettersPaused,
    LettersResumed,
    ReviewRequested,
)
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade, PolicyNamed, Reason
from hiring.health import Health
from notify.core import plan as planning
from notify.core.calendar import AT_ONCE, Calendar
from notify.core.fate import Fate
from notify.core.person import ruler
from notify.core.plan import Plan
from notify.ledger.claiming import Claimed, Claiming, Claims
from notify.ledger.entering import Entering
from notify.ledger.results import Result, Results
from notify.ledger.rows import AtRest
from notify.ledger.tending import Tending
from notify.settings import NotifySettings

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LEASE = timedelta(seconds=60)
KEY = b"key"
"""Of every record."""
NOT_TRIED = Fate("queued", tried=0)
_numbers, _offsets = count(), count()


@contextlib.asynccontextmanager
async def postgres_server() -> AsyncIterator[PostgresServer]:
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


@dataclass
class Place:
    """One notify's own database."""

    settings: dict[str, object]
    pool: asyncpg.Pool
    calendar: Calendar = AT_ONCE
    hold: bool = False

    def __post_init__(self) -> None:
        self.claiming, self.results = Claiming(self.pool), Results(self.pool)
        self.tending, self._entering = Tending(self.pool), Entering(self.pool)

    async def enter(self, *events: Any) -> tuple[list[AtRest], list[CommandAnswered]]:
        """Read these events as one batch, each at the next offset of its partition."""
        return await self.enter_plan(plan(events))

    async def enter_plan(self, planned: Plan) -> tuple[list[AtRest], list[CommandAnswered]]:
        return await self._entering.enter(planned)

    async def letters(self, columns: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.pool.fetch(f"SELECT {columns} FROM letters ORDER BY decision_id")]

    async def letter(self, columns: str, decision: DecisionMade) -> tuple[Any, ...]:
        row = await self.pool.fetchrow(f"SELECT {columns} FROM letters WHERE decision_id = $1", decision.decision_id)
        return tuple(row)

    async def claims(self, most: int = 100) -> Claims:
        rule = ruler(self.calendar, hold_in_doubt=self.hold, domain="example.com")
        return await self.claiming.claim(most, LEASE, rule)

    async def claim(self, most: int = 100) -> list[Claimed]:
        return (await self.claims(most)).letters

    async def record(self, fate: Fate, *letters: Claimed) -> list[AtRest]:
        return await self.results.record(
            [Result(it.decision_id, it.claim, fate) for one in letters for it in one.parts]
        )

    async def send(self) -> list[Claimed]:
        """Claim what is due, and have the relay take it."""
        claimed = await self.claim()
        if claimed:
            await self.record(Fate("sent"), *claimed)
        return claimed

    async def end_leases(self) -> None:
        await self.pool.execute("UPDATE letters SET due_at = now() WHERE state = 'sending'")


@contextlib.asynccontextmanager
async def own_place(server: PostgresServer) -> AsyncIterator[Place]:
    database = f"notify_{next(_numbers)}"
    await server.create_database(database)
    settings: dict[str, object] = {"postgres_dsn": server.dsn(database)}
    known = NotifySettings.model_validate(settings)
    await asyncio.to_thread(postgres.migrate, known, "notify")
    async with postgres.pool(known, Health()) as pool:
        yield Place(settings, pool)


def plan(events: Iterable[Any]) -> Plan:
    """The plan of a batch; an event may come with the offset of its record."""
    received = []
    for it in events:
        event, offset = it if isinstance(it, tuple) else (it, next(_offsets))
        record: Any = SimpleNamespace(
            partition=0, offset=offset, topic="t", key=KEY, value=b"{}", headers=(), timestamp=0
        )
        received.append(Received(event, record))
    return planning.plan(received)


def contact(candidate: str, name: str = "Ada", minutes: int = 0, **more: Any) -> ContactGiven:
    return ContactGiven(
        candidate_id=candidate,
        name=name,
        email=f"{candidate[:8]}@example.org",
        given_at=NOW + timedelta(minutes=minutes),
        **more,
    )


def decision(
    candidate: str,
    application: UUID | None = None,
    outcome: str = "review",
    minutes: int = 0,
    say: str = "",
    **more: Any,
) -> DecisionMade:
    told: dict[str, Any] = {
        "decision_id": uuid4(),
        "application_id": application or uuid4(),
        "candidate_id": candidate,
        "revision": "b" * 64,
        "programme": "p",
        "policy": PolicyNamed(name="p", version="1", digest="c" * 64),
        "outcome": outcome,
        "reasons": (Reason(rule="r", en=say, zh=say),) if say else (),
        "submitted_at": NOW + timedelta(minutes=minutes),
        "decided_at": NOW + timedelta(minutes=minutes),
    }
    return DecisionMade(**(told | more))


def someone() -> str:
    """A pseudonym."""
    return uuid4().hex * 2


def drive(size: int) -> Plan:
    candidates = [someone() for _ in range(size)]
    return plan([*map(contact, candidates), *map(decision, candidates)])


def withdrawn(one: DecisionMade, minutes: int = 60) -> ApplicationWithdrawn:
    at = NOW + timedelta(minutes=minutes)
    return ApplicationWithdrawn(
        command_id=uuid4(), by="portal", why="asked", at=at, application_id=one.application_id, source="portal"
    )


def erased(candidate: str, minutes: int = 60) -> CandidateErased:
    at = NOW + timedelta(minutes=minutes)
    return CandidateErased(command_id=uuid4(), by="portal", why="asked", at=at, candidate_id=candidate)


def told(claimed: Sequence[object]) -> list[set[UUID]]:
    """The decisions of each letter."""
    return [{part.decision_id for part in letter.parts} for letter in claimed]  # type: ignore[attr-defined]


def pause(on: bool, minutes: int, programme: str | None = None) -> LettersPaused | LettersResumed:
    kind = LettersPaused if on else LettersResumed
    at = NOW + timedelta(minutes=minutes)
    return kind(command_id=uuid4(), by="ops", why="a wrong date", at=at, programme=programme)


def look_wanted(one: DecisionMade) -> ReviewRequested:
    named = {"application_id": one.application_id, "decision_id": one.decision_id}
    return ReviewRequested(command_id=uuid4(), by="candidate", why="asked", at=NOW, **named)


def settle(one: DecisionMade, then: str) -> LetterSettled:
    return LetterSettled(
        command_id=uuid4(),
        by="ops",
        why="the relay's log says so",
        at=NOW,
        application_id=one.application_id,
        decision_id=one.decision_id,
        then=then,  # type: ignore[arg-type]
    )
