"""What must hold once the load has stopped and everything has drained."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from cohort.accounting import Kind, account
from cohort.accounting.gather import applications, bare
from cohort.addresses import Addresses
from cohort.demo_arrival import Outstanding, Watch
from hiring.events.dead_letter import DeadLetter
from hiring.topic_reading import read_topic
from hiring.topics import DEAD_LETTERS, NOTIFICATIONS, SUBMISSIONS

from .journal import Disturbance, Journal
from .load import Load
from .mail import Delivery, MailServer

DRAIN_SECONDS = 90.0
_SHOWN = 10

_FAILED = """
    SELECT l.application_id, l.message_id, l.cause, c.email FROM letters l JOIN contacts c USING (candidate_id)
    WHERE l.state = 'failed'
"""
_WHERE = "SELECT state, claims, attempts, doubts, due_at - now() AS due, cause FROM letters WHERE application_id = $1"
_CLAIMS = "SELECT message_id, claims FROM letters WHERE decision_id = ANY($1::uuid[])"
_AT_REST = "SELECT decision_id, state, published FROM letters"
_UNTOLD = "SELECT count(*) FROM letters WHERE NOT published"


@dataclass(slots=True)
class Verdict:
    """What is wrong (nothing, it is hoped), and what was repeated as the promise allows."""

    wrong: list[str] = field(default_factory=list)
    repeated_emails: Counter[str] = field(default_factory=Counter)
    """By why: the kind of fault in which the letter was in hand."""
    repeated_decisions: int = 0
    accepted: int = 0
    failed_letters: int = 0


async def drained(load: Load, addresses: Addresses) -> list[str]:
    """Wait until nothing is under way; after DRAIN_SECONDS say what still is, and where."""
    outstanding = Outstanding(load.sent)
    # Not entered: its dead letters are read here from the beginning, since those of a fault came long before.
    watch = Watch(addresses)
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while outstanding:
                watch.new_dead = [(dead.partition, dead.offset) for dead in await _dead(addresses, SUBMISSIONS)]
                await watch.settle(outstanding)
                await asyncio.sleep(0.2)
    except TimeoutError:
        missing = outstanding.first(_SHOWN)
        places = [await _where(addresses, application) for application in missing]
        return [f"{len(outstanding)} applications did not arrive within {DRAIN_SECONDS:.0f} s, among them:", *places]
    finally:
        await watch.__aexit__(None, None, None)
    return []


async def _where(addresses: Addresses, application: UUID) -> str:
    decisions = await _rows(
        addresses.screening_dsn, "SELECT decision_id FROM decisions WHERE application_id = $1", application
    )
    letters = await _rows(addresses.notify_dsn, _WHERE, application)
    return f"    {application}: {len(decisions)} decisions; letters: {[dict(row) for row in letters]}"


async def judge(load: Load, addresses: Addresses, mail: MailServer, journal: Journal) -> Verdict:
    """The verdict on one load, whose e-mails are in `addresses.mailbox`, and on every e-mail repeated so far."""
    verdict = Verdict(wrong=list(load.wrong))
    verdict.wrong += [f"dead letter of a valid record: {dead}" for dead in await _dead_by_mistake(load, addresses)]
    in_hand = await _judge_repeats(verdict, addresses, mail, journal)
    ours = applications(load.sent)
    failed = [row for row in await _rows(addresses.notify_dsn, _FAILED) if row["application_id"] in ours]
    _judge_failed(verdict, failed, mail)
    found = await account(load.sent, addresses, in_hand)
    verdict.accepted, verdict.repeated_decisions = found.unique, found.repeated.decisions_published
    for kind, count in found.discrepancy_counts.items():
        # Failed letters are judged above, one by one.
        if (kind, count) != (Kind.LETTER_NOT_SENT, len(failed)):
            verdict.wrong.append(f"{count} times {kind}:")
            verdict.wrong += [f"    {it.subject} {it.detail}" for it in found.discrepancies if it.kind is kind][:_SHOWN]
    return verdict


async def judge_all(addresses: Addresses, mail: MailServer, claimed: set[UUID]) -> list[str]:
    """What is wrong at the very end: decisions and e-mails for nobody, results that were not told once."""
    wrong: list[str] = []
    decided = {row[0] for row in await _rows(addresses.screening_dsn, "SELECT application_id FROM decisions")}
    if stray := decided - claimed:
        wrong.append(f"{len(stray)} decisions on applications nobody sent: {sorted(stray)[:_SHOWN]}")
    told: dict[UUID, set[str]] = {}
    async for record in read_topic(addresses.kafka, NOTIFICATIONS):
        news = orjson.loads(record.value or b"")
        told.setdefault(UUID(news["decision_id"]), set()).add(f"{news['notification_id']} {news['state']}")
    letters = {UUID(str(row[0])): row[1] for row in await _rows(addresses.notify_dsn, _AT_REST)}
    for what, odd in (
        ("letters whose result was not told", letters.keys() - told.keys()),
        ("results told of no letter", told.keys() - letters.keys()),
        ("letters with two results told", {id_ for id_, news in told.items() if len(news) > 1}),
        ("e-mails of no letter", {_decision(id_) for id_ in mail.deliveries} - letters.keys()),
    ):
        if odd:
            wrong.append(f"{len(odd)} {what}: {sorted(map(str, odd))[:_SHOWN]}")
    return wrong


async def untold(addresses: Addresses) -> int:
    """How many results are not marked as told."""
    return int((await _rows(addresses.notify_dsn, _UNTOLD))[0][0])


async def _judge_repeats(verdict: Verdict, addresses: Addresses, mail: MailServer, journal: Journal) -> set[UUID]:
    """Decisions whose e-mail may be there more than once: the letter was in hand at a fault."""
    repeated = {id_: kept for id_, kept in mail.deliveries.items() if len(kept) > 1}
    rows = await _rows(addresses.notify_dsn, _CLAIMS, [_decision(id_) for id_ in repeated])
    claims = {bare(row["message_id"]): row["claims"] for row in rows}
    in_hand: set[UUID] = set()
    unexplained: list[str] = []
    for id_, kept in repeated.items():
        reasons = [_reason(delivery, journal.disturbances) for delivery in sorted(kept, key=lambda it: it.at)[:-1]]
        if None in reasons or claims.get(id_, 0) < len(kept):
            kept_at = ", ".join(f"{delivery.at - journal.begun:.2f}" for delivery in kept)
            unexplained.append(f"    {id_}, kept at {kept_at} s, {claims.get(id_)} claims: {reasons}")
        else:
            in_hand.add(_decision(id_))
            verdict.repeated_emails.update(str(reason) for reason in reasons)
    if unexplained:
        verdict.wrong.append(f"{len(unexplained)} e-mails are there more than once without a fault to explain it:")
        verdict.wrong += unexplained[:_SHOWN]
    return in_hand


def _reason(delivery: Delivery, disturbances: Iterable[Disturbance]) -> str | None:
    if delivery.cut:
        return delivery.cut
    return next((it.kind for it in disturbances if it.covers(delivery.at)), None)


def _judge_failed(verdict: Verdict, failed: list[asyncpg.Record], mail: MailServer) -> None:
    verdict.failed_letters = len(failed)
    for row in failed:
        if row["email"] not in mail.rejected:
            verdict.wrong.append(f"letter {row['message_id']} failed, which no 5xx asked for: {row['cause']}")
        if bare(row["message_id"] or "") in mail.deliveries:
            verdict.wrong.append(f"letter {row['message_id']} failed, and is in the mailbox")


def _decision(message_id: str) -> UUID:
    # What follows the id tells a letter apart that tells the same decision anew.
    return UUID(message_id[:36])


async def _dead_by_mistake(load: Load, addresses: Addresses) -> list[DeadLetter]:
    return [
        dead
        for dead in await _dead(addresses)
        if dead.topic != SUBMISSIONS or (dead.partition, dead.offset) in load.valid_places
    ]


async def _dead(addresses: Addresses, topic: str | None = None) -> list[DeadLetter]:
    letters = [DeadLetter.of(record.headers) async for record in read_topic(addresses.kafka, DEAD_LETTERS)]
    return [letter for letter in letters if topic in (None, letter.topic)]


async def _rows(dsn: str, query: str, *arguments: Any) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return list(await connection.fetch(query, *arguments))
    finally:
        await connection.close()
