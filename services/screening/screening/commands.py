"""Obeys the commands of `hiring.commands`: each in a transaction of its own, and once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
from prometheus_client import CollectorRegistry, Counter

from hiring.events.command import (
    ApplicationWithdrawn,
    CandidateErased,
    Command,
    PolicyApproved,
    PolicyProposed,
    PolicyTrialRequested,
    ReviewGiven,
    ReviewRequested,
)
from screening.activation import approve, propose
from screening.erasures import erase, forgotten
from screening.refusal import Refused
from screening.registry import Registry
from screening.reviews import review
from screening.stored_decision import StoredDecision
from screening.trials.request import request as request_trial
from screening.wishes import request, withdraw

# Waits for another replica that is obeying the same one, and then finds it there.
_BEGIN = "INSERT INTO commands (command_id) VALUES ($1) ON CONFLICT (command_id) DO NOTHING RETURNING answered_at"
_ANSWERED = "SELECT refusal, answered_at FROM commands WHERE command_id = $1"
_REFUSE = "UPDATE commands SET refusal = $2 WHERE command_id = $1"
_DECISION = """
SELECT application_id::text, settles::text, decision_id::text, outcome, track, decided_at, data FROM decisions
WHERE application_id = $1 AND settles = $2
"""


class Answer(NamedTuple):
    """What became of a command and when: the decision it made, why it was refused, the applications to be forgotten."""

    answered_at: datetime
    decision: StoredDecision | None = None
    refusal: str | None = None
    forgotten: Sequence[str] = ()


class Commands:
    """Obeys commands. Counts verdicts by programme, so that their share can be told, what candidates ask, refusals."""

    def __init__(self, pool: asyncpg.Pool, registry: Registry, metrics: CollectorRegistry) -> None:
        self._pool = pool
        self._registry = registry
        self._reviews = Counter(
            "screening_reviews", "Decisions made by a person", ["programme", "verdict"], registry=metrics
        )
        self._refused = Counter("screening_commands_refused", "Commands refused", ["command"], registry=metrics)
        self._asked: dict[type[Command], Counter] = {
            ApplicationWithdrawn: Counter("screening_withdrawals", "Applications withdrawn", registry=metrics),
            CandidateErased: Counter("screening_erasures", "People forgotten", registry=metrics),
            ReviewRequested: Counter(
                "screening_review_requests", "Decisions a candidate asks a person to look at", registry=metrics
            ),
        }

    async def obey(self, command: Command) -> Answer:
        """Obey a command, or give back what became of it the first time.

        Raises asyncpg.PostgresError, OSError or TimeoutError; nothing has been done then.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            at = await connection.fetchval(_BEGIN, command.command_id)
            if at is None:
                return await _before(connection, command)
            try:
                answer, programme = await _obey(connection, command, at)
            except Refused as refused:
                await connection.execute(_REFUSE, command.command_id, str(refused))
                answer, programme = Answer(at, refusal=str(refused)), None
        if answer.refusal is not None:
            self._refused.labels(type(command).__name__).inc()
        elif isinstance(command, PolicyApproved):
            await self._registry.refresh()
        elif isinstance(command, ReviewGiven) and programme is not None:
            self._reviews.labels(programme, command.verdict).inc()
        elif type(command) in self._asked:
            self._asked[type(command)].inc()
        return answer


async def _obey(connection: Any, command: Command, at: datetime) -> tuple[Answer, str | None]:
    """The answer, and of which programme a verdict is that was given just now."""
    match command:
        case PolicyProposed():
            await propose(connection, command)
        case PolicyApproved():
            await approve(connection, command)
        case PolicyTrialRequested():
            await request_trial(connection, command)
        case ReviewGiven():
            given = await review(connection, command)
            return Answer(at, given.decision), given.programme if given.new else None
        case ReviewRequested():
            await request(connection, command)
        case ApplicationWithdrawn():
            await withdraw(connection, command)
        case CandidateErased():
            return Answer(at, forgotten=await erase(connection, command)), None
    return Answer(at), None


async def _before(connection: Any, command: Command) -> Answer:
    refusal, at = await connection.fetchrow(_ANSWERED, command.command_id)
    if isinstance(command, CandidateErased):
        return Answer(at, forgotten=await forgotten(connection, command.candidate_id))
    if refusal is not None or not isinstance(command, ReviewGiven):
        return Answer(at, refusal=refusal)
    row = await connection.fetchrow(_DECISION, command.application_id, command.decision_id)
    return Answer(at, None if row is None else StoredDecision(*row))
