"""The sender before a real SMTP conversation, its ledger on a real Postgres: how often a letter goes.

Kafka is left out: what is published is kept in a list.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import cast

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from notify.core.plan import Plan

from .notify_stand import Place, contact, decision, drive, pause, someone, withdrawn
from .sending_stand import at_rest, listening, sending, until

pytestmark = pytest.mark.stack


@dataclass
class Slow:
    """A relay that answers each letter only when `answer` is set, or after `seconds`; RCPT when `rcpt` is set."""

    seconds: float | None = None
    answer: asyncio.Event = field(default_factory=asyncio.Event)
    rcpt: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        self.asked.append(address)
        await self.rcpt.wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken[str(message_from_bytes(cast(bytes, envelope.content))["Message-ID"])] += 1
        self.times.append(asyncio.get_running_loop().time())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.answer.wait(), self.seconds)
        return "250 OK"


async def test_a_relay_that_answers_long_after_the_lease_gets_each_letter_once(place: Place) -> None:
    await place.enter_plan(drive(6))
    relay = Slow(seconds=3.0)
    relay.rcpt.set()
    # A second replica would take whatever falls due.
    async with listening(relay) as port, sending(place, port), sending(place, port):
        await until(at_rest(place))
    assert await place.letters("state, attempts, doubts") == [("sent", 1, 0)] * 6
    assert list(relay.taken.values()) == [1] * 6


async def test_a_relay_that_never_answers_gets_a_letter_twice_and_apart(place: Place) -> None:
    await place.enter_plan(drive(1))
    relay = Slow()
    relay.rcpt.set()
    async with (
        listening(relay) as port,
        sending(place, port, smtp_answer_seconds=0.2, in_doubt_seconds=2.0, retry_seconds=0.01),
    ):
        await until(at_rest(place))
    ((state, attempts, doubts, cause),) = await place.letters("state, attempts, doubts, cause")
    assert (state, attempts, doubts) == ("failed", 2, 2)
    assert "may have arrived" in cause
    assert list(relay.taken.values()) == [2], "under one Message-ID"
    assert relay.times[1] - relay.times[0] >= 2.0


async def test_held_in_doubt_a_letter_goes_once(place: Place) -> None:
    await place.enter_plan(drive(1))
    relay = Slow()
    relay.rcpt.set()
    async with listening(relay) as port, sending(place, port, smtp_answer_seconds=0.2, in_doubt="hold"):
        await until(at_rest(place))
    assert await place.letters("state, attempts, doubts") == [("held", 1, 1)]
    assert list(relay.taken.values()) == [1]


async def test_stopped_before_the_answer_came_the_letter_is_in_doubt_and_waits(place: Place) -> None:
    await place.enter_plan(drive(1))
    relay = Slow()
    relay.rcpt.set()
    async with listening(relay) as port:
        async with sending(place, port, drain_seconds=1.0):
            await until(lambda: _soon(bool(relay.taken)))
        assert await place.letters("state, attempts, doubts, due_at > now() + interval '20 min'") == [
            ("queued", 1, 1, True)
        ]


async def test_a_letter_that_was_only_ever_in_the_hand_of_dead_workers_is_sent_at_last(place: Place) -> None:
    await place.enter_plan(drive(2))
    for _ in range(20):
        assert len(await place.claim()) == 2
        await place.end_leases()
    relay = Slow(seconds=0.0)
    relay.rcpt.set()
    async with listening(relay) as port, sending(place, port, max_attempts=1):
        await until(at_rest(place))
    assert await place.letters("state, attempts, claims") == [("sent", 1, 21)] * 2


@pytest.mark.parametrize("what", ["withdrawn", "paused"])
async def test_a_wish_that_comes_while_the_relay_thinks_stops_the_letter(place: Place, what: str) -> None:
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    relay = Slow(seconds=0.0)
    async with listening(relay) as port, sending(place, port, lease_seconds=30.0):
        await until(lambda: _soon(bool(relay.asked)))
        # Longer than the answer before it holds.
        await asyncio.sleep(0.2)
        await place.enter(withdrawn(one) if what == "withdrawn" else pause(True, 1))
        relay.rcpt.set()
        await until(lambda: _let_go(place))
    assert not relay.taken


async def test_letters_that_wait_behind_a_relay_that_hangs_are_not_in_doubt(place: Place) -> None:
    await place.enter_plan(drive(6))
    relay = Slow(seconds=2.5)
    relay.rcpt.set()
    async with (
        listening(relay) as port,
        sending(place, port, in_doubt="hold", smtp_connections=1),
        sending(place, port, in_doubt="hold", smtp_connections=1),
    ):
        await until(at_rest(place))
    assert await place.letters("state") == [("sent",)] * 6
    assert list(relay.taken.values()) == [1] * 6


async def _let_go(place: Place) -> bool:
    return not await place.pool.fetchval("SELECT count(*) FROM letters WHERE state = 'sending'")


async def test_a_person_forgotten_while_the_relay_thinks_gets_no_letter(place: Place) -> None:
    planned = drive(1)
    await place.enter_plan(planned)
    relay = Slow(seconds=0.0)
    async with listening(relay) as port, sending(place, port):
        await until(lambda: _soon(bool(relay.asked)))
        await place.enter_plan(
            Plan(forgotten_applications={d.application_id: (0, d.offset) for d in planned.entries.values()})
        )
        # Until the lease it had can have been renewed no more.
        deadline = asyncio.get_running_loop().time() + 1.5
        await until(lambda: _soon(asyncio.get_running_loop().time() > deadline))
        relay.rcpt.set()
        other = drive(1)
        await place.enter_plan(other)
        await until(at_rest(place))
    assert list(relay.taken) == [f"<{id_}@example.com>" for id_ in other.entries]


async def _soon(fact: bool) -> bool:
    return fact
