"""What the console takes from records: dead letters as the reason they tell, whatever they were."""

from typing import Any

import pytest
from aiokafka import ConsumerRecord

from console.consumer import ConsoleStep
from console.core.happenings import Forgotten, Place, happenings
from console.dead_letter_record import SHOWN_CHARACTERS, shown
from hiring.consumer.batch import events_of
from hiring.events.dead_letter import UNTOLD, dead_letter
from hiring.events.envelope import cloudevent_headers
from hiring.topics import APPLICATIONS, COMMANDS, DEAD_LETTERS, SUBMISSIONS

from .happened import decided, id_of, minute


def record(topic: str, value: bytes | None, headers: Any = (), key: bytes = b"k", offset: int = 7) -> Any:
    stamp = int(minute(3).timestamp() * 1000)
    return ConsumerRecord(topic, 2, offset, stamp, 0, key, value, None, len(key), len(value or b""), tuple(headers))


def read(*records: Any) -> tuple[Any, list[str]]:
    refused: list[str] = []
    told = happenings(events_of(records, ConsoleStep.contracts, lambda _, why: refused.append(str(why.flaw))))
    return told, refused


@pytest.mark.parametrize("value", [None, b"", b"{", b"\xff\xfe", decided(1).model_dump_json().encode()])
def test_a_dead_letter_is_its_reason_whatever_its_record_was(value: bytes | None) -> None:
    event = cloudevent_headers("hiring.decision.made.v1", "1", "/test", minute(0), "x")
    reason = dead_letter("invalid", "why", topic=SUBMISSIONS, partition=1, offset=5, group="intake", at=minute(1))
    buried = reason.outgoing(DEAD_LETTERS, b"k", value, event)
    told, refused = read(record(DEAD_LETTERS, value, buried.headers))
    assert refused == []
    assert told.dead_letters == [(Place(DEAD_LETTERS, 2, 7), reason)]
    assert told.applications == []


@pytest.mark.parametrize("headers", [(), [("dl_flaw", b"\xff")], [("dl_flaw", b"invalid"), ("dl_offset", b"first")]])
def test_what_does_not_say_why_it_is_there_is_shown_all_the_same(headers: Any) -> None:
    told, refused = read(record(DEAD_LETTERS, b"x", headers))
    assert refused == [], "it would become a dead letter again, and again"
    [(_, reason)] = told.dead_letters
    assert (reason.flaw, reason.topic, reason.partition, reason.offset) == (UNTOLD, DEAD_LETTERS, 2, 7)
    assert reason.failed_at == minute(3)


def test_a_tombstone_forgets_as_of_its_record() -> None:
    told, _ = read(record(APPLICATIONS, None, key=str(id_of(1)).encode()), record(APPLICATIONS, None, key=b"no id"))
    assert [(it.application_id, it.event) for it in told.applications] == [
        (id_of(1), Forgotten(APPLICATIONS, minute(3)))
    ]
    assert len(told.places) == 2, "the position moves past what says nothing"


def test_a_command_for_others_moves_the_position() -> None:
    headers = cloudevent_headers("hiring.command.letters-paused.v1", "1", "/test", minute(0), "x")
    value = f'{{"command_id": "{id_of(1)}", "by": "li.na", "why": "w", "at": "2026-03-01T08:00:00Z"}}'.encode()
    told, refused = read(record(COMMANDS, value, headers))
    assert (refused, told.applications, told.places) == ([], [], [Place(COMMANDS, 2, 7)])


def test_a_record_is_set_out_for_reading_and_cut_where_it_is_long() -> None:
    it = shown(None, [("x", None), ("dl_flaw", b"invalid")], '{"a":"王"}'.encode())
    assert it[:4] == (None, (("x", ""),), '{\n  "a": "王"\n}', False)
    it = shown(b"\xff", (), b"x" * (SHOWN_CHARACTERS + 1))
    assert (it.key, len(it.value or ""), it.cut) == ("\ufffd", SHOWN_CHARACTERS, True)
    assert shown(b"k", (), b"[" * 100_000).value == "[" * SHOWN_CHARACTERS, "what no parser takes"
    assert shown(b"k", (), None).value is None
