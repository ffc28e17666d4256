"""Asking a service for something on `hiring.commands`, and waiting for its answer on `hiring.answers`."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from cohort.addresses import Addresses
from cohort.answers import Answers
from cohort.stack.errors import StackError
from hiring import events, kafka
from hiring.events.answer import CommandAnswered
from hiring.events.command import (
    DeadLettersSettled,
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
_DEAD_LETTERS = "dead-letters"


class RefusedCommand(StackError):
    """The service refused the command; the text says why and what to do."""


Asked = (
    PolicyProposed | PolicyApproved | ReviewGiven | LettersPaused | LettersResumed | LetterSettled | DeadLettersSettled
)


class _Address(NamedTuple):
    """The type of a command; its key, which keeps what is about one thing in order; the service that obeys it."""

    type_: str
    key: str
    service: str


def asked(by: str, why: str) -> dict[str, Any]:
    """What every command has: an id of its own, who, why, and now. Raises StackError where one of them is empty."""
    if not by.strip():
        raise StackError("say who you are: --by NAME")
    if not why.strip():
        raise StackError("say why: --why TEXT")
    return {"command_id": uuid4(), "by": by, "why": why, "at": datetime.now(UTC)}


async def ask(at: Addresses, command: Asked) -> CommandAnswered:
    """Send a command to a pipeline, and return when its service has obeyed it: its answer.

    Raises RefusedCommand; StackError where there is no answer yet; KafkaError or OSError.
    """
    return await ask_by(at.broker, command)


async def ask_by(settings: Settings, command: Asked) -> CommandAnswered:
    """The same on any Kafka, by its settings: HIRING_KAFKA_…"""
    address = _address(command)
    async with Answers(settings) as answers:
        await _send(settings, command, address)
        try:
            answer = await answers.of(address.service, command.command_id, ANSWER_SECONDS)
        except TimeoutError:
            raise StackError(
                f"the command is sent, and {address.service} has not answered it yet: it will be obeyed, or refused, "
                f"when {address.service} runs; see `cohort status`"
            ) from None
    if answer.refusal is not None:
        raise RefusedCommand(f"refused: {answer.refusal}")
    return answer


async def _send(settings: Settings, command: Asked, address: _Address) -> None:
    producer = kafka.producer(settings, "cohort")
    await producer.start()
    try:
        await Publisher(producer).publish([command_record(address.type_, command, address.key, SOURCE)])
    finally:
        await producer.stop()


def _address(command: Asked) -> _Address:
    match command:
        case PolicyProposed():
            return _Address(events.POLICY_PROPOSED, command.programme, "screening")
        case PolicyApproved():
            return _Address(events.POLICY_APPROVED, command.programme, "screening")
        case ReviewGiven():
            return _Address(events.REVIEW_GIVEN, str(command.application_id), "screening")
        case LettersPaused():
            return _Address(events.LETTERS_PAUSED, command.programme or _ALL_LETTERS, "notify")
        case LettersResumed():
            return _Address(events.LETTERS_RESUMED, command.programme or _ALL_LETTERS, "notify")
        case LetterSettled():
            return _Address(events.LETTER_SETTLED, str(command.application_id), "notify")
        case DeadLettersSettled():
            return _Address(events.DEAD_LETTERS_SETTLED, _DEAD_LETTERS, "console")
