"""Two replicas of notify killed at random while they send: every decision one letter, none twice but those in flight.

`COHORT_LETTERS` is how many decisions; `make letters` runs 100,000.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from cohort.stack.letters import read_mailbox

from .notify_service import Notify, Stack, contacts, decisions, drive, mail_sink, notify, running_stack, told, until

pytestmark = pytest.mark.stack

LETTERS = int(os.environ.get("COHORT_LETTERS", "4000"))
KILLS = 12
_SENT = "SELECT count(*) FROM letters WHERE state = 'sent'"
_IN_FLIGHT = "SELECT decision_id, claims FROM letters WHERE state = 'sending'"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack() -> AsyncIterator[Stack]:
    async with running_stack() as one:
        yield one


@pytest.mark.timeout(3600)
async def test_every_decision_is_one_letter_though_two_replicas_are_killed_at_random(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = drive(LETTERS)
    chance = random.Random(2026)
    in_flight: dict[UUID, int] = {}
    async with mail_sink(stack) as sink, notify(stack, sink.port, lease_seconds=3) as (first, ledger):
        second = Notify(stack, first.dsn, sink.port, {"lease_seconds": 3})
        await second.run()
        try:
            feeding = asyncio.create_task(stack.publisher.publish(contacts(pairs) + decisions(pairs)))
            for number in range(1, KILLS + 1):
                await until(lambda enough=LETTERS * number // (KILLS + 1): _sent(ledger, enough), 600)
                victim = chance.choice([first, second])
                await victim.end(signal.SIGKILL)
                in_flight |= dict(map(tuple, await ledger.fetch(_IN_FLIGHT)))
                await victim.run()
            await feeding
            await until(lambda: _sent(ledger, LETTERS), 600)
            await until(lambda: _all_told(ledger), 60)
        finally:
            await second.end(signal.SIGTERM)
        claims = dict(map(tuple, await ledger.fetch("SELECT decision_id, claims FROM letters")))
    emails = Counter(UUID(letter.message_id[1:37]) for letter in read_mailbox(sink.directory))
    assert emails.keys() == pairs.keys(), "each decision has its letter, and nobody else has one"
    twice = {id_: times for id_, times in emails.items() if times > 1}
    for id_, times in twice.items():
        assert id_ in in_flight and times <= claims[id_], "sent twice without being in flight at a kill"
    news = {(it.decision_id, it.state) for it in await told(stack, pairs)}
    assert news == {(id_, "sent") for id_ in pairs}
    with capsys.disabled():
        print(f"\n{LETTERS:,} letters, {KILLS} kills, {len(in_flight):,} in flight, {len(twice)} of these sent twice")


async def _sent(ledger: "asyncpg.Connection[Any]", enough: int) -> bool:
    return bool(await ledger.fetchval(_SENT) >= enough)


async def _all_told(ledger: "asyncpg.Connection[Any]") -> bool:
    return not await ledger.fetchval("SELECT count(*) FROM letters WHERE NOT published")
