"""Notify on real Kafka, real Postgres and a real SMTP conversation: every decision becomes one letter."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session

from cohort.stack.letters import read_mailbox
from cohort.stack.ports import choose_ports
from hiring.events.envelope import Outgoing
from hiring.identity import notification_id

from .notify_service import (
    Notify,
    Stack,
    contacts,
    decisions,
    drive,
    mail_sink,
    notify,
    running_stack,
    settled,
    told,
    until,
)

pytestmark = pytest.mark.stack


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack() -> AsyncIterator[Stack]:
    async with running_stack() as one:
        yield one


async def test_every_decision_becomes_one_letter_whichever_comes_first_and_however_often(stack: Stack) -> None:
    pairs = drive(600)
    first, second = dict(list(pairs.items())[:300]), dict(list(pairs.items())[300:])
    async with mail_sink(stack) as sink, notify(stack, sink.port) as (service, ledger):
        await stack.publisher.publish(decisions(first) + contacts(second) + decisions(first))
        await until(lambda: _waiting(ledger, 300))
        assert not list(read_mailbox(sink.directory)), "nothing can be sent before its contact is there"
        await stack.publisher.publish(contacts(first) + decisions(second) + decisions(pairs) + contacts(pairs))
        await until(settled(ledger, 600))
        # What was repeated is behind us once a later record is through.
        last = drive(1)
        await stack.publisher.publish(contacts(last) + decisions(last))
        await until(settled(ledger, 601))
        pairs |= last
        assert await ledger.fetch("SELECT DISTINCT state, attempts FROM letters") == [("sent", 1)]
        metrics = await service.get("/metrics")
        assert re.search(r'hiring_letters_total{state="sent"} 601\.0', metrics)
        assert "hiring_letters_not_under_way" in metrics
    letters = list(read_mailbox(sink.directory))
    assert Counter(letter.message_id for letter in letters) == Counter(f"<{id_}@example.com>" for id_ in pairs)
    to = {letter.message_id: (letter.to, letter.subject) for letter in letters}
    for id_, (made, given) in pairs.items():
        address, subject = to[f"<{id_}@example.com>"]
        assert address == given.email
        assert ("申请" in subject) == (given.locale == "zh-CN")
        assert made.outcome != "advance" or re.search("goes on to the next step|已进入下一环节", subject)
    news = await told(stack, pairs)
    assert Counter(item.decision_id for item in news) == Counter(list(pairs))
    assert all(it.notification_id == notification_id(it.decision_id, "sent", it.recorded_at) for it in news)
    assert all(item.message_id == f"<{item.decision_id}@example.com>" for item in news)


async def _waiting(ledger: asyncpg.Connection[Any], size: int) -> bool:
    found = await ledger.fetchval("SELECT count(*) FROM letters WHERE state = 'queued' AND due_at IS NULL")
    return bool(found == size)


class Moody:
    """A relay that answers RCPT by what the mailbox is called, and remembers what it took."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.taken: list[str] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        mailbox = address.partition("@")[0]
        self.asked[mailbox] += 1
        if mailbox.startswith("gone"):
            return f"550 5.1.1 <{address}>: no such user here"
        if mailbox.startswith("never"):
            return f"451 4.3.0 <{address}>: try again"
        if mailbox.startswith("later") and self.asked[mailbox] < 3:
            return f"450 4.2.0 <{address}>: greylisted"
        if mailbox.startswith("hangs-up") and self.asked[mailbox] < 2:
            assert server.transport is not None
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if envelope.rcpt_tos[0].startswith("spam"):
            return "554 5.7.1 no"
        self.taken += envelope.rcpt_tos
        return "250 OK"

    @contextlib.asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", port)
        try:
            yield
        finally:
            server.close()


async def test_a_deferred_letter_is_tried_again_and_a_refused_one_fails_with_its_code(stack: Stack) -> None:
    names = ["gone", "later", "hangs-up", "spam", "never", "fine"]
    pairs = drive(30, lambda n: f"{names[n % 6]}{n}")
    relay, port = Moody(), choose_ports(["smtp"], {})["smtp"]
    async with relay.listening(port), notify(stack, port, max_attempts=4) as (_, ledger):
        await stack.publisher.publish(contacts(pairs) + decisions(pairs))
        await until(settled(ledger, 30))
        rows = await ledger.fetch(
            "SELECT regexp_replace(email, '[0-9]+@.*', ''), state, attempts, cause, count(*) "
            "FROM letters JOIN contacts USING (candidate_id) GROUP BY 1, 2, 3, 4"
        )
    assert {row[0]: tuple(row)[1:] for row in rows} == {
        "gone": ("failed", 1, "RCPT 550 5.1.1", 5),
        "spam": ("failed", 1, "DATA 554 5.7.1", 5),
        "never": ("failed", 4, "RCPT 451 4.3.0", 5),
        "later": ("sent", 3, None, 5),
        "hangs-up": ("sent", 2, None, 5),
        "fine": ("sent", 1, None, 5),
    }
    assert len(relay.taken) == len(set(relay.taken)) == 15
    states = Counter((item.state, item.cause) for item in await told(stack, pairs))
    assert states[("failed", "RCPT 550 5.1.1")] == 5
    assert states[("sent", None)] == 15


async def test_a_relay_that_is_away_costs_no_letter_an_attempt(stack: Stack) -> None:
    pairs = drive(50)
    relay, port = Moody(), choose_ports(["smtp"], {})["smtp"]
    async with notify(stack, port, max_attempts=1) as (service, ledger):
        await stack.publisher.publish(contacts(pairs) + decisions(pairs))

        async def stored_and_not_ready() -> bool:
            stored = await ledger.fetchval("SELECT count(*) FROM letters WHERE state = 'queued' AND due_at <= now()")
            return bool(stored == 50 and '"smtp":"ConnectionRefusedError"' in await service.get("/readyz"))

        await until(stored_and_not_ready)
        async with relay.listening(port):
            await until(settled(ledger, 50))
            assert await ledger.fetch("SELECT DISTINCT state, attempts FROM letters") == [("sent", 1)]
            assert '"smtp":"ok"' in await service.get("/readyz")
    assert len(relay.taken) == 50


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to stop"])
async def test_after_a_stop_midway_every_letter_goes_out_and_only_those_under_way_twice(
    stack: Stack, how: signal.Signals
) -> None:
    pairs = drive(3000)
    async with mail_sink(stack) as sink, notify(stack, sink.port, lease_seconds=2, claim_batch=50) as (service, ledger):
        await stack.publisher.publish(contacts(pairs) + decisions(pairs))
        await until(lambda: _at_least(ledger, 300))
        status = await service.end(how)
        under_way = {row[0] for row in await ledger.fetch("SELECT message_id FROM letters WHERE state = 'sending'")}
        assert len(list(read_mailbox(sink.directory))) < 3000, "it was not stopped midway"
        if how is signal.SIGTERM:
            assert status == 0
            assert not under_way, "told to stop, it finishes what is under way and gives back the rest"
            assert await ledger.fetchval("SELECT bool_and(published) FROM letters WHERE state = 'sent'")
        await service.run()
        await until(settled(ledger, 3000))
        assert await ledger.fetch("SELECT DISTINCT state FROM letters") == [("sent",)]
    sent = Counter(letter.message_id for letter in read_mailbox(sink.directory))
    assert set(sent) == {f"<{id_}@example.com>" for id_ in pairs}
    assert {id_ for id_, times in sent.items() if times > 1} <= under_way
    news = {(item.notification_id, item.decision_id) for item in await told(stack, pairs)}
    assert len(news) == len(pairs) and {decision for _, decision in news} == set(pairs)


async def test_two_replicas_share_the_letters_and_send_none_twice(stack: Stack) -> None:
    pairs: dict[UUID, str] = {}
    async with mail_sink(stack) as sink, notify(stack, sink.port) as (first, ledger):
        second = Notify(stack, first.dsn, sink.port, {})
        await second.run()

        async def ready() -> bool:
            try:
                return '"ready":true' in await second.get("/readyz")
            except httpx.HTTPError:
                return False

        async def sent() -> list[float]:
            pages = [await each.get("/metrics") for each in (first, second)]
            return [_metric(page, 'hiring_letters_total{state="sent"}') for page in pages]

        try:
            await until(ready)
            # Who claims first is chance: letters keep coming until both have had some, as in a drive.
            for _ in range(20):
                more = drive(1000)
                pairs |= more
                await stack.publisher.publish(contacts(more) + decisions(more))
                await until(partial(_at_least, ledger, len(pairs) - 500))
                if min(await sent()) > 0:
                    break
            await until(settled(ledger, len(pairs)))
            shares = await sent()
        finally:
            assert await second.end(signal.SIGTERM) == 0
    assert sum(shares) == len(pairs)
    assert min(shares) > 0
    assert Counter(letter.message_id for letter in read_mailbox(sink.directory)) == Counter(
        f"<{id_}@example.com>" for id_ in pairs
    )


async def test_a_database_that_restarts_is_waited_for(stack: Stack) -> None:
    pairs = drive(2000)
    async with mail_sink(stack) as sink, notify(stack, sink.port, lease_seconds=5) as (service, ledger):
        await stack.publisher.publish(contacts(pairs) + decisions(pairs))
        await until(lambda: _at_least(ledger, 300))
        await stack.postgres.stop()
        await stack.postgres.start()
        await stack.postgres.wait_ready()
        again = await asyncpg.connect(service.dsn)
        try:
            await until(settled(again, 2000))
        finally:
            await again.close()
        assert service.process is not None
        assert service.process.returncode is None, "it was waited for, in the same process"
    assert {letter.message_id for letter in read_mailbox(sink.directory)} == {f"<{id_}@example.com>" for id_ in pairs}


async def test_a_person_who_is_forgotten_gets_no_letter(stack: Stack) -> None:
    pairs = drive(20)
    relay, port = Moody(), choose_ports(["smtp"], {})["smtp"]
    async with notify(stack, port) as (_, ledger):
        await stack.publisher.publish(contacts(pairs) + decisions(pairs))

        async def queued() -> bool:
            return bool(await ledger.fetchval("SELECT count(*) FROM letters WHERE due_at IS NOT NULL") == 20)

        await until(queued)
        forgotten = dict(list(pairs.items())[:10])
        await stack.publisher.publish(
            [Outgoing(record.topic, record.key, None) for record in contacts(forgotten) + decisions(forgotten)]
        )

        async def gone() -> bool:
            contacts_left = await ledger.fetchval("SELECT count(*) FROM contacts")
            return bool(
                contacts_left == 10 == await ledger.fetchval("SELECT count(*) FROM letters WHERE fallen IS NULL")
            )

        await until(gone)
        async with relay.listening(port):
            await until(settled(ledger, 20))
    assert set(relay.taken) == {given.email for id_, (_, given) in pairs.items() if id_ not in forgotten}


def _metric(page: str, name: str) -> float:
    return next((float(line.split()[-1]) for line in page.splitlines() if line.startswith(name)), 0.0)


async def _at_least(ledger: asyncpg.Connection[Any], size: int) -> bool:
    return bool(await ledger.fetchval("SELECT count(*) FROM letters WHERE state = 'sent'") > size)
