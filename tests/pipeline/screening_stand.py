"""Screening's topics and tables as its tests use them: send commands and applications, ask what became of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg
from pydantic import BaseModel

from cohort.answers import Answers
from cohort.pipeline import Pipeline
from hiring import kafka
from hiring.consumer.record import Record
from hiring.events import (
    APPLICATION_SUBMITTED,
    APPLICATION_WITHDRAWN,
    POLICY_APPROVED,
    POLICY_PROPOSED,
    REVIEW_GIVEN,
    REVIEW_REQUESTED,
)
from hiring.events.answer import CommandAnswered
from hiring.events.application import ApplicationSubmitted
from hiring.events.command import ApplicationWithdrawn, PolicyApproved, PolicyProposed, ReviewGiven, ReviewRequested
from hiring.events.decision import DecisionMade
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.publishing import Publisher
from hiring.settings import Settings
from hiring.topic_reading import read_topic
from hiring.topics import APPLICATIONS, COMMANDS, DECISIONS
from screening.core.policy import Policy

PATIENCE_SECONDS = 60
MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)

T = TypeVar("T")


def policy(programme: str, version: str = "1", asks: str = "data_processing", **more: Any) -> Policy:
    """A policy that declines whoever refused `asks`, and has a person look where it was not said."""
    saying = {"en": f"Version {version} asks for it.", "zh": "有此要求。"}
    rule = {"id": "asked", "kind": "consented", "to": [asks], "otherwise": "decline"}
    return Policy.model_validate(
        {
            "name": programme,
            "version": version,
            "programme": programme,
            "rules": [{**rule, "reason": saying, "unclear": saying}],
            "tracks": [
                {"id": "ai", "seats": 1, "units": ["cloud", "research"]},
                {"id": "general", "seats": 1, "units": ["cloud"]},
            ],
            **more,
        }
    )


class Stand:
    """One running pipeline, and a programme of the test's own."""

    def __init__(
        self, pipeline: Pipeline, publisher: Publisher, database: "asyncpg.Connection[Any]", answers: Answers
    ) -> None:
        self.pipeline = pipeline
        self.programme = f"programme-{uuid4().hex[:12]}"
        self.publisher = publisher
        self._sent: dict[UUID, tuple[str, str, str, BaseModel]] = {}
        self.database = database
        self._answers = answers
        self._heard: dict[tuple[UUID, str], CommandAnswered] = {}

    async def propose(self, proposed: Policy, by: str = "Wei", effective_from: datetime = MAY) -> UUID:
        event = PolicyProposed(
            **_command(by),
            programme=proposed.programme,
            digest=proposed.digest(),
            policy=proposed.content(),
            effective_from=effective_from,
        )
        return await self.command(event, POLICY_PROPOSED, proposed.programme)

    async def approve(self, proposed: Policy, by: str = "Lin") -> UUID:
        event = PolicyApproved(**_command(by), programme=proposed.programme, digest=proposed.digest())
        return await self.command(event, POLICY_APPROVED, proposed.programme)

    async def bring_into_force(self, proposed: Policy, effective_from: datetime = MAY) -> None:
        await self.propose(proposed, effective_from=effective_from)
        assert await self.answered(await self.approve(proposed)) is None

    async def review(self, decision: DecisionMade, verdict: str, by: str = "Mia", **more: Any) -> UUID:
        event = ReviewGiven.model_validate(
            {
                **_command(by),
                "application_id": decision.application_id,
                "decision_id": decision.decision_id,
                "verdict": verdict,
                **more,
            }
        )
        return await self.command(event, REVIEW_GIVEN, str(decision.application_id))

    async def request(self, decision: DecisionMade) -> UUID:
        """The candidate asks that a person looks."""
        named = {"application_id": decision.application_id, "decision_id": decision.decision_id}
        event = ReviewRequested(**_command("candidate"), **named)
        return await self.command(event, REVIEW_REQUESTED, str(decision.application_id))

    async def withdraw(self, application: UUID) -> UUID:
        """Withdraw an application, as of now."""
        event = ApplicationWithdrawn(**_command("stand"), application_id=application, source="stand")
        return await self.command(event, APPLICATION_WITHDRAWN, str(application))

    async def command(self, event: Any, type_: str, key: str) -> UUID:
        """Send a command, as the command line or the console would; its id."""
        id_: UUID = event.command_id
        self._sent[id_] = COMMANDS, key, type_, event
        await self.send_again(id_)
        return id_

    async def send_again(self, command: UUID) -> None:
        """Send the same command once more."""
        await self._publish(*self._sent[command])

    async def apply(
        self,
        submitted_at: datetime = JUNE,
        application: UUID | None = None,
        candidate: str | None = None,
        revision: str | None = None,
        **consents: bool,
    ) -> UUID:
        """Submit an application, or a revision of one; its id."""
        event = ApplicationSubmitted(
            application_id=application or uuid4(),
            candidate_id=candidate or uuid4().hex * 2,
            revision=revision or uuid4().hex * 2,
            source="stand",
            programme=self.programme,
            submitted_at=submitted_at,
            facts={"consents": consents},  # type: ignore[typeddict-item]
        )
        await self._publish(APPLICATIONS, str(event.application_id), APPLICATION_SUBMITTED, event)
        return event.application_id

    async def _publish(self, topic: str, key: str, type_: str, event: BaseModel) -> None:
        headers = cloudevent_headers(type_, uuid4(), "/test", datetime.now(UTC), key)
        await self.publisher.publish([Outgoing(topic, key.encode(), event.model_dump_json().encode(), headers)])

    async def published(self, application: UUID) -> list[DecisionMade]:
        """Every record on `hiring.decisions` about an application, in order."""
        return [
            DecisionMade.model_validate_json(record.value)
            async for record in read_topic(self.pipeline.addresses.kafka, DECISIONS)
            if record.key == str(application).encode() and record.value
        ]

    async def decided(self, application: UUID, count: int = 1) -> DecisionMade:
        """The application's newest record, once it has `count` different decisions."""

        async def newest() -> DecisionMade | None:
            found = await self.published(application)
            return found[-1] if len({one.decision_id for one in found}) >= count else None

        return await until(newest)

    async def answered(self, command: UUID, service: str = "screening") -> str | None:
        """Why a service refused a command, once it has answered; None where it was obeyed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (command, service) not in self._heard:
                answer = await self._answers.next()
                self._heard[answer.command_id, answer.service] = answer
        return self._heard[command, service].refusal

    async def refused(self, command: UUID) -> str:
        """Why screening refused a command, once it has answered."""
        return await self.answered(command) or ""

    async def about(self, topic: str, command: UUID) -> list[Record]:
        """What is on a topic in which a command's id is."""
        records = read_topic(self.pipeline.addresses.kafka, topic)
        return [record async for record in records if str(command).encode() in (record.value or b"")]


@asynccontextmanager
async def stand(pipeline: Pipeline) -> AsyncIterator[Stand]:
    """A stand before a running pipeline."""
    settings = Settings(kafka_bootstrap_servers=pipeline.addresses.kafka)
    producer = kafka.producer(settings, "test")
    await producer.start()
    database = await asyncpg.connect(pipeline.addresses.screening_dsn)
    try:
        async with Answers(settings) as answers:
            yield Stand(pipeline, Publisher(producer), database, answers)
    finally:
        await database.close()
        await producer.stop()


async def until(fact: Callable[[], Awaitable[T | None]]) -> T:
    """Ask until there is an answer; return it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (answer := await fact()):
            await asyncio.sleep(0.05)
    return answer


def _command(by: str) -> dict[str, Any]:
    return {"command_id": uuid4(), "by": by, "why": "as discussed", "at": datetime.now(UTC)}
