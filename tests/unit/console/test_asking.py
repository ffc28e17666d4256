"""Asking for something while the broker is away, the producer is beyond help, or the address is nonsense."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError, OutOfOrderSequenceNumber

from console.asking import Asking, command
from console.store.asked import Answer
from hiring.events import LETTERS_PAUSED
from hiring.events.command import LettersPaused
from hiring.events.envelope import Outgoing

from .site import Site


class Broker:
    """Takes nothing: waits for ever, as a producer does that loses nothing, or raises."""

    def __init__(self, fault: Exception | None) -> None:
        self.fault = fault

    async def publish(self, records: Sequence[Outgoing]) -> None:
        if self.fault is not None:
            raise self.fault
        await asyncio.Event().wait()

    async def answers(self, id_: UUID) -> list[Answer]:
        raise AssertionError("nobody looks for an answer to what was not sent")


def asking(fault: Exception | None = None) -> Asking:
    broker: Any = Broker(fault)
    return Asking(broker, broker, publish_seconds=0.05)


async def test_nobody_waits_for_ever_for_a_broker_that_is_away() -> None:
    it = asking()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await it.ask(LETTERS_PAUSED, command(LettersPaused, "li.na", "The relay is moved."), "letters")
    assert not it.failed.done()


@pytest.mark.parametrize(
    ("fault", "ends"),
    [(OutOfOrderSequenceNumber(), True), (KafkaConnectionError(), False), (MessageSizeTooLargeError(), False)],
)
async def test_the_process_ends_where_only_another_helps_and_nowhere_else(fault: KafkaError, ends: bool) -> None:
    it = asking(fault)
    with pytest.raises(type(fault)):
        await it.ask(LETTERS_PAUSED, command(LettersPaused, "li.na", "The relay is moved."), "letters")
    assert it.failed.done() is ends
    assert not ends or it.failed.exception() is fault


async def test_the_page_says_that_it_may_have_been_sent(as_role: Any, site: Site, monkeypatch: Any) -> None:
    async def away(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(site.asked, "ask", away)
    visitor = await as_role("operator")
    form = {"token": await visitor.token("/letters"), "why": "The relay is moved."}
    answer = await visitor.post("/letters/pause", data=form)
    assert answer.status_code == 503 and "look under Who did what before you ask" in answer.text


async def test_an_address_that_no_database_takes_leads_to_nothing(as_role: Any, site: Site) -> None:
    site.model.fault = asyncpg.CharacterNotInRepertoireError("invalid byte sequence")
    visitor = await as_role("viewer")
    assert (await visitor.get("/reviews?programme=%00")).status_code == 404
