"""Asking a service for something on `hiring.commands`, and waiting for what it makes of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from cohort.addresses import Addresses
from cohort.stack.errors import StackError
from hiring import events, kafka
from hiring.events.command import (
    LetterSettled,
    LettersPaused,
    LettersResumed,
    PolicyApproved,
    PolicyProposed,
    ReviewGiven,
)
from hiring.events.commanding import command_record
from hiring.publishing import Publisher
from hiring.settings import Settings

SOURCE = "/cohort/command-line"
ANSWER_SECONDS = 30.0

_ALL_LETTERS = "letters"
_ANSWER = "SELECT refusal FROM commands WHERE command_id = $1"


class RefusedCommand(StackError):
    """The service refused the command; the text says why and what to do."""


ForScreening = PolicyProposed | PolicyApproved | ReviewGiven
ForNotify = LettersPaused | LettersResumed | LetterSettled


def asked(by: str, why: str) -> dict[str, Any]:
    """What every command has: an id of its own, who, why, and now. Raises StackError where one of them is empty."""
    if not by.strip():
        raise StackError("say who you are: --by NAME")
    if not why.strip():
        raise StackError("say why: --why TEXT")
    return {"command_id": uuid4(), "by": by, "why": why, "at": datetime.now(UTC)}


async def ask(at: Addresses, command: ForScreening | ForNotify) -> None:
    """Send a command and return when its service has obeyed it.

    Raises RefusedCommand; StackError where there is no answer yet; KafkaError, asyncpg.PostgresError or OSError.
    """
    await _send(at, command)
    service, dsn = ("notify", at.notify_dsn) if isinstance(command, ForNotify) else ("screening", at.screening_dsn)
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        refusal = await _answer(connection, command.command_id)
    except TimeoutError:
        raise StackError(
            f"the command is sent, and {service} has not answered it yet: it will be obeyed, or refused, when "
            f"{service} runs; see `cohort status`"
        ) from None
    finally:
        await connection.close()
    if refusal is not None:
        raise RefusedCommand(f"refused: {refusal}")


async def _answer(connection: "asyncpg.Connection[Any]", command: UUID) -> str | None:
    async with asyncio.timeout(ANSWER_SECONDS):
        while (row := await connection.fetchrow(_ANSWER, command)) is None:
            await asyncio.sleep(0.1)
    refusal: str | None = row["refusal"]
    return refusal


async def _send(at: Addresses, command: ForScreening | ForNotify) -> None:
    type_, key = _addressed(command)
    producer = kafka.producer(Settings(kafka_bootstrap_servers=at.kafka), "cohort")
    await producer.start()
    try:
        await Publisher(producer).publish([command_record(type_, command, key, SOURCE)])
    finally:
        await producer.stop()


def _addressed(command: ForScreening | ForNotify) -> tuple[str, str]:
    """The type and the key: what is about one programme, or one application, stays in order."""
    match command:
        case PolicyProposed():
            return events.POLICY_PROPOSED, command.programme
        case PolicyApproved():
            return events.POLICY_APPROVED, command.programme
        case ReviewGiven():
            return events.REVIEW_GIVEN, str(command.application_id)
        case LettersPaused():
            return events.LETTERS_PAUSED, command.programme or _ALL_LETTERS
        case LettersResumed():
            return events.LETTERS_RESUMED, command.programme or _ALL_LETTERS
        case LetterSettled():
            return events.LETTER_SETTLED, str(command.application_id)
