"""A dead letter that its service gets once more is read as the record that failed, and fails where it failed before."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from hiring.consumer import Received, Tombstone
from hiring.consumer.batch import bury, events_of, next_offsets
from hiring.consumer.redriven import GivenAgain
from hiring.events.dead_letter import (
    COMMAND_ID,
    DELIVERIES,
    LETTER_OFFSET,
    LETTER_PARTITION,
    NOWHERE,
    DeadLetter,
    Redriven,
)
from hiring.events.fields import Event
from hiring.events.reading import Unreadable
from hiring.topics import APPLICATIONS, COMMANDS, CONTACTS, redriven

HEADERS = (("ce_specversion", b"1.0"), ("ce_type", b"t.v1"), ("ce_id", b"1"), ("ce_source", b"/test"))
COMMAND = UUID(int=7)
FAILED = datetime(2026, 3, 1, 8, tzinfo=UTC)


class Number(Event):
    n: int


def record(topic: str, value: bytes | None = b'{"n": 1}', headers: Any = HEADERS) -> Any:
    return ConsumerRecord(topic, 3, 41, 1_700_000_000_000, 0, b"k", value, None, 1, 0, headers)


def again(was: Any, service: str = "screening", drop: str = "") -> Any:
    """The record as it comes once more, by way of the dead letters."""
    letter = bury(was, "invalid", "n: is missing", service, FAILED)
    by = [(COMMAND_ID, str(COMMAND).encode()), (LETTER_PARTITION, b"0"), (LETTER_OFFSET, b"17")]
    headers = [it for it in (*letter.headers, *by) if it[0] != drop]
    came = {"key": letter.key, "value": letter.value, "headers": headers}
    return replace(was, topic=redriven(service), partition=0, offset=9, timestamp=1_900_000_000_000, **came)


def plain(seen: Any) -> Any:
    """The record, without why it comes once more."""
    assert isinstance(seen, GivenAgain)
    told = vars(seen).copy()
    del told["why"]
    return ConsumerRecord(**told)


def read(came: Any, service: str = "screening") -> tuple[list[Received], list[tuple[Any, Unreadable]]]:
    contracts: Any = {APPLICATIONS: {"t.v1": Number}, COMMANDS: {"t.v1": Number}, redriven(service): {}}
    refused: list[tuple[Any, Unreadable]] = []
    return list(events_of([came], contracts, lambda it, why: refused.append((it, why)))), refused


def test_it_is_the_record_that_failed_and_is_committed_where_it_came() -> None:
    was = record(APPLICATIONS)
    came = again(was)
    [(event, seen)], refused = read(came)
    assert (event, plain(seen), refused) == (Number(n=1), was, [])
    assert next_offsets([came]) == {TopicPartition(redriven("screening"), 0): 10}


def test_a_letter_that_does_not_tell_its_time_has_that_of_its_failure() -> None:
    [(_, seen)], _ = read(again(record(APPLICATIONS), drop="dl_timestamp"))
    assert seen.timestamp == FAILED.timestamp() * 1000


def test_it_fails_again_where_it_failed_before() -> None:
    was = record(APPLICATIONS, b"{}")
    _, [(seen, why)] = read(again(was))
    later = bury(seen, why.flaw, why.detail, "screening", datetime.now(UTC))
    told = DeadLetter.of(later.headers)
    assert (told.topic, told.partition, told.offset, told.timestamp) == (APPLICATIONS, 3, 41, was.timestamp)
    assert told.failed_at > FAILED
    assert [name for name, _ in later.headers].count("dl_flaw") == 1
    assert told.redriven == Redriven(0, 17, COMMAND), "it says which letter it was, and by which command"
    assert tuple(later.headers)[: len(HEADERS)] == HEADERS


def test_a_record_without_a_value_forgets_where_its_topic_is_compacted() -> None:
    [(event, _)], _ = read(again(record(APPLICATIONS, None)))
    assert event == Tombstone(APPLICATIONS, "k")
    assert read(again(record(COMMANDS, None)))[1][0][1].flaw == "empty"


def test_what_the_service_does_not_read_is_refused() -> None:
    for topic in (CONTACTS, "hooks/greenhouse/campus", redriven("screening"), "elsewhere"):
        received, [(_, why)] = read(again(record(topic)))
        assert not received and why.flaw == "unknown-type"


def test_a_delivery_goes_to_intake_beside_its_reason() -> None:
    was = replace(record(f"{DELIVERIES}greenhouse/campus", b"{oops"), partition=NOWHERE, offset=NOWHERE)
    [(event, seen)], _ = read(again(was, "intake"), "intake")
    assert isinstance(event, DeadLetter) and event.topic == was.topic
    assert plain(seen) == was


def test_only_the_console_says_that_a_record_was_redriven() -> None:
    """Anybody can write such headers on a topic, and numbers that are none."""
    was = record(APPLICATIONS, b"{}", (*HEADERS, (LETTER_PARTITION, b"x"), (LETTER_OFFSET, b"1")))
    _, [(seen, why)] = read(was)
    assert DeadLetter.of(bury(seen, why.flaw, why.detail, "screening", FAILED).headers).redriven == Redriven()


@pytest.mark.parametrize("drop", ["dl_topic", "dl_failed_at"])
def test_what_does_not_say_why_it_is_here_is_refused(drop: str) -> None:
    received, [(seen, why)] = read(again(record(APPLICATIONS), drop=drop))
    assert not received and why.flaw == "missing-header" and seen.topic == redriven("screening")
