"""Screening's step on real tables, without a broker: give it batches in whatever order, see what it would publish."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import ConsumerRecord
from prometheus_client import CollectorRegistry
from pydantic import BaseModel

from cohort.pipeline import Pipeline
from hiring.consumer import Outdated, Received
from hiring.events.answer import CommandAnswered
from hiring.events.application import ApplicationSubmitted
from hiring.events.command import ApplicationWithdrawn, CandidateErased, ReviewRequested
from hiring.events.decision import DecisionMade
from hiring.events.envelope import Outgoing
from hiring.topics import ANSWERS, APPLICATIONS, COMMANDS, DECISIONS
from screening.commands import Commands
from screening.consumer import ScreeningStep
from screening.core.policy import Policy
from screening.registry import Registry
from screening.store import DecisionStore

from .screening_stand import policy
from .screening_tables import asked, first_release, upgrade

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
ADA, BOB = "a" * 64, "b" * 64


def day(number: int) -> datetime:
    return BEGIN + timedelta(days=number)


def applied(
    application: int, on: int, candidate: str = ADA, revision: str = "1", **consents: bool
) -> ApplicationSubmitted:
    """An application for the programme `p`; of one number and revision it is the same facts."""
    return ApplicationSubmitted(
        application_id=UUID(int=application),
        candidate_id=candidate,
        revision=f"{revision * 32}{application:032x}",
        source="stand",
        programme="p",
        submitted_at=day(on),
        facts={"consents": consents},  # type: ignore[typeddict-item]
    )


def withdrawn(application: int, on: int) -> ApplicationWithdrawn:
    return ApplicationWithdrawn(**{**asked("hr"), "at": day(on)}, application_id=UUID(int=application), source="stand")


def erased(on: int, candidate: str = ADA) -> CandidateErased:
    return CandidateErased(**{**asked("hr"), "at": day(on)}, candidate_id=candidate)


def look_wanted(decision: DecisionMade) -> ReviewRequested:
    told = {"application_id": decision.application_id, "decision_id": decision.decision_id}
    return ReviewRequested(**asked("ada"), **told)


class Wave:
    """What is to be published after a batch: `records`, and then the answers to its commands."""

    def __init__(self, records: list[Outgoing]) -> None:
        self.records = [one for one in records if one.topic != ANSWERS]
        self.answering = records[len(self.records) :]
        self.answers = [CommandAnswered.model_validate_json(one.value or b"") for one in self.answering]
        self.decisions = [
            DecisionMade.model_validate_json(one.value) for one in records if one.topic == DECISIONS and one.value
        ]
        self.refused = [one.refusal for one in self.answers if one.refusal is not None]

    def forgotten(self) -> dict[str, set[int]]:
        """The numbers of the applications with a tombstone, by topic."""
        found: dict[str, set[int]] = {}
        for one in self.records:
            if one.value is None:
                found.setdefault(one.topic, set()).add(UUID((one.key or b"").decode()).int)
        return found


class Replica:
    """One replica's step."""

    def __init__(self, pool: asyncpg.Pool, offsets: "count[int]") -> None:
        self.pool = pool
        self.metrics = CollectorRegistry()
        self.registry = Registry(pool)
        commands = Commands(pool, self.registry, self.metrics)
        self._step = ScreeningStep(self.registry, DecisionStore(pool), commands)
        self._offsets = offsets
        self._records: dict[int, Any] = {}

    async def takes(self, *events: BaseModel) -> Wave:
        """A batch of these; the same event given again is the same record read again."""
        batch = [Received(event, self._record(event)) for event in events]
        while True:
            try:
                waves = await self._step.store(self._step.plan(batch))
                return Wave([record for wave in waves for record in wave])
            except Outdated:
                continue

    def _record(self, event: BaseModel) -> Any:
        topic = APPLICATIONS if isinstance(event, ApplicationSubmitted) else COMMANDS
        record: ConsumerRecord[Any, Any] = ConsumerRecord(
            topic, 0, next(self._offsets), 0, 0, b"key", b"{}", None, 0, 0, []
        )
        return self._records.setdefault(id(event), (event, record))[1]

    async def standing(self) -> dict[int, str]:
        """The outcome that stands of each application."""
        rows = await self.pool.fetch(
            "SELECT DISTINCT ON (application_id) application_id, outcome FROM decisions"
            " ORDER BY application_id, serial DESC"
        )
        return {row[0].int: row[1] for row in rows}

    async def holds(self, text: str) -> list[str]:
        """The tables in which a text is anywhere, as JSON or hexadecimal."""
        tables = await self.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        found = []
        for (table,) in tables:
            rows = await self.pool.fetch(f"SELECT to_jsonb(t) AS row FROM {table} t")
            if any(text in row["row"] or text.encode().hex() in row["row"] for row in rows):
                found.append(table)
        return found


@asynccontextmanager
async def replicas(pipeline: Pipeline, *policies: Policy) -> AsyncIterator[tuple[Replica, Replica]]:
    """Two replicas on one new database; the programme `p` declines who refused `data_processing`."""
    async with first_release(pipeline) as pool:
        await upgrade(pool)
        offsets = count()
        pair = Replica(pool, offsets), Replica(pool, offsets)
        for one in pair:
            await one.registry.open(policies or [policy("p")], BEGIN)
        yield pair
