"""Asks every place of a running pipeline what it holds of a drive."""

import asyncio
from collections.abc import AsyncIterator, Set
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from pydantic import ValidationError

from cohort.accounting.facts import Dead, Decided, Facts, LetterRow, Published
from cohort.accounting.reconcile import reconcile
from cohort.accounting.result import Account
from cohort.addresses import Addresses
from cohort.drive.sent import Accepted, Logged, Sent
from cohort.stack.mailbox import read_mailbox
from hiring.consumer.record import Record
from hiring.events.dead_letter import DeadLetter
from hiring.topic_reading import read_topic
from hiring.topics import DEAD_LETTERS, DECISIONS, SUBMISSIONS

_DECISIONS = "SELECT application_id, decision_id, outcome, track FROM decisions"
# A letter that waits for a later hour, or for a person, is where it should be; one that goes in a minute is not yet.
LATER = "state = 'queued' AND message_id IS NULL AND due_at > now() + interval '10 minutes'"
_LETTERS = f"""
SELECT application_id, decision_id, CASE WHEN {LATER} THEN 'waiting' ELSE state END, message_id, cause FROM letters
"""  # noqa: S608
_IN_FLIGHT = "SELECT decision_id FROM letters WHERE state = 'sending'"


async def account(sent: Sent, addresses: Addresses, in_flight: Set[UUID] = frozenset()) -> Account:
    """Gather what every place holds of the drive, and compare. `in_flight`: see `letters_in_flight`.

    Raises KafkaError, asyncpg.PostgresError or OSError where a place cannot be asked.
    """
    ours = applications(sent)
    facts = Facts(
        dead=[dead async for dead in _dead(addresses.kafka)],
        published=[told async for told in _published(addresses.kafka, ours)],
        decided=[Decided(*row) async for row in _rows(addresses.screening_dsn, _DECISIONS) if row[0] in ours],
        letters=[
            LetterRow(row[0], row[1], row[2], bare(row[3] or ""), row[4])
            async for row in _rows(addresses.notify_dsn, _LETTERS)
            if row[0] in ours
        ],
        emails=await asyncio.to_thread(_emails, addresses.mailbox),
    )
    return await asyncio.to_thread(reconcile, sent, facts, in_flight)


def applications(sent: Sent) -> set[UUID]:
    """The applications that the lines of a drive name, as far as that can be told."""
    return {
        line.answer.application_id
        for line in sent
        if isinstance(line.answer, Accepted | Logged) and line.answer.application_id is not None
    }


async def letters_in_flight(notify_dsn: str) -> frozenset[UUID]:
    """The decisions whose letter is in hand now. Asked right after notify was killed, it names the e-mails that

    may have gone out without notify's knowing, and so will go out again.
    """
    return frozenset([row[0] async for row in _rows(notify_dsn, _IN_FLIGHT)])


def bare(message_id: str) -> str:
    """A Message-ID without blanks and angle brackets."""
    return message_id.strip().removeprefix("<").removesuffix(">")


async def _rows(dsn: str, query: str) -> AsyncIterator[tuple[Any, ...]]:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        async with connection.transaction(readonly=True):
            async for row in connection.cursor(query, prefetch=5_000):
                yield tuple(row)
    finally:
        await connection.close()


async def _dead(bootstrap_servers: str) -> AsyncIterator[Dead]:
    async for record in read_topic(bootstrap_servers, DEAD_LETTERS):
        if (dead := dead_submission(record)) is not None:
            yield dead


def dead_submission(record: Record) -> Dead | None:
    """What a dead letter says of a record of `hiring.submissions`; None where it is about another topic."""
    try:
        letter = DeadLetter.of(record.headers)
    except (ValidationError, UnicodeDecodeError):
        return None
    return Dead((letter.partition, letter.offset), letter.flaw) if letter.topic == SUBMISSIONS else None


async def _published(bootstrap_servers: str, ours: Set[UUID]) -> AsyncIterator[Published]:
    async for record in read_topic(bootstrap_servers, DECISIONS):
        if record.value is None:
            continue
        try:
            data = orjson.loads(record.value)
            told = Published(
                UUID(data["application_id"]),
                UUID(data["decision_id"]),
                data["outcome"],
                data.get("track"),
                tuple((reason["rule"], reason["en"]) for reason in data.get("reasons", ())),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            # No decision of ours can be read from it: where one is missed, the account says so.
            continue
        if told.application_id in ours:
            yield told


def _emails(directory: Path) -> list[str]:
    return [bare(letter.message_id) for letter in read_mailbox(directory)]
