"""Every line that is sent gets its answer, whatever the doors do meanwhile."""

import importlib.util
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError

from cohort.addresses import Addresses
from cohort.drive import send as sending
from cohort.drive.generate import generate
from cohort.drive.naming import name
from cohort.drive.send import send
from cohort.drive.sent import Accepted, Channel, Fate, Logged, Rejected, Sent, Unsent

_spec = importlib.util.spec_from_file_location("intake_stand_in", Path(__file__).with_name("intake_stand_in.py"))
assert _spec and _spec.loader
stand_in = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(stand_in)


class KafkaDoor:
    """Takes lines in a list; fails the first `faults` times."""

    faults = 0

    def __init__(self, _: str) -> None:
        self.log: list[bytes] = []
        self.left = type(self).faults

    async def __aenter__(self) -> "KafkaDoor":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def send(self, lines: Sequence[bytes]) -> list[Logged | Rejected | KafkaError]:
        if self.left:
            self.left -= 1
            return [KafkaConnectionError("away") for _ in lines]
        self.log += lines
        start = len(self.log) - len(lines)
        return [Logged((0, start + n), name(line).application_id) for n, line in enumerate(lines)]


@pytest.fixture(autouse=True)
def kafka(monkeypatch: pytest.MonkeyPatch) -> type[KafkaDoor]:
    monkeypatch.setattr(sending, "KafkaDoor", KafkaDoor)
    monkeypatch.setattr(KafkaDoor, "faults", 0)
    return KafkaDoor


def addresses(url: str) -> Addresses:
    return Addresses(url, "", "", "", "", "", Path(), Path())


def drive(size: int) -> list[bytes]:
    return [item.line for item in generate(size, seed=3)]


def check(sent: Sent, lines: list[bytes]) -> None:
    """Each line has the answer that belongs to it."""
    assert len(sent) == len(lines)
    for line, fate in zip(lines, sent, strict=True):
        match fate.answer:
            case Accepted(application) | Logged(_, application):
                assert application == name(line).application_id
            case Rejected(reasons):
                assert reasons
            case other:
                pytest.fail(f"line {fate.number}: {other}")


async def test_lines_go_in_by_three_doors_and_each_is_answered() -> None:
    lines = drive(12_000)
    heard = []
    async with stand_in.serving(intake := stand_in.Intake()) as url:
        sent = await send(lines, addresses(url), lambda so_far: heard.append(len(so_far)))
    check(sent, lines)
    assert Counter(line.channel for line in sent) == {
        Channel.SINGLE: 1200,
        Channel.BULK: 6000,
        Channel.KAFKA: 4800,
    }
    assert intake.uploads == 2
    assert sent.counts[Fate.REJECTED] > 0
    assert sent.counts[Fate.ACCEPTED] == intake.took.total()
    assert len(heard) == len(lines)


async def test_a_busy_door_is_tried_again() -> None:
    lines = drive(1000)
    async with stand_in.serving(intake := stand_in.Intake(busy=20)) as url:
        check(await send(lines, addresses(url)), lines)
    assert intake.busy == 0


async def test_lines_that_failed_are_sent_again_and_only_they() -> None:
    lines = [line for line in drive(300) if name(line).application_id]
    lines = list(dict.fromkeys(lines))
    async with stand_in.serving(intake := stand_in.Intake(failing=True)) as url:
        check(await send(lines, addresses(url), turns=(Channel.BULK,)), lines)
    assert intake.uploads == 2
    assert set(intake.took.values()) == {1}


async def test_a_line_that_breaks_its_upload_harms_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = drive(100)
    lines[40] = b'{"poison": true}'
    async with stand_in.serving(stand_in.Intake(break_on_poison=True)) as url:
        sent = await send(lines, addresses(url), turns=(Channel.BULK,), patience=4)
    check(sent, lines)
    assert sent.line(40).answer == Rejected(("(whole): is no application",))


async def test_a_line_too_large_for_http_is_told() -> None:
    lines = [b'{"a":"' + b"x" * 200_000 + b'"}']
    async with stand_in.serving(stand_in.Intake()) as url:
        sent = await send(lines, addresses(url), turns=(Channel.SINGLE,))
    assert sent.line(0).answer == Rejected(("is larger than 100,000 bytes",))


async def test_a_door_that_stays_shut_is_told_within_the_patience(kafka: type[KafkaDoor]) -> None:
    kafka.faults = 10_000
    lines = drive(400)
    sent = await send(lines, addresses("http://127.0.0.1:9"), patience=0.5)
    assert {type(line.answer) for line in sent} == {Unsent}
    assert {line.answer for line in sent} == {Unsent("ConnectError"), Unsent("KafkaConnectionError")}


async def test_kafka_lines_are_sent_again_after_a_fault(kafka: type[KafkaDoor]) -> None:
    kafka.faults = 2
    lines = drive(500)
    sent = await send(lines, addresses(""), turns=(Channel.KAFKA,))
    assert sorted(line.answer.place[1] for line in sent if isinstance(line.answer, Logged)) == list(range(500))


async def test_nothing_to_send_is_no_error() -> None:
    assert len(await send([], addresses("http://127.0.0.1:9"))) == 0


async def test_answers_that_come_while_the_upload_still_goes_on_block_neither_side() -> None:
    lines = [b'{"source":"a","external_id":"%d","x":"%s"}' % (n, b"x" * 4000) for n in range(5000)]
    async with stand_in.serving(stand_in.Intake()) as url:
        sent = await send(lines, addresses(url), turns=(Channel.BULK,), patience=20)
    assert sent.counts[Fate.ACCEPTED] == 5000


async def test_answers_out_of_step_are_not_believed() -> None:
    lines = list(dict.fromkeys(line for line in drive(50) if name(line).application_id))
    async with stand_in.serving(intake := stand_in.Intake(skips=True)) as url:
        sent = await send(lines, addresses(url), turns=(Channel.BULK,))
    assert intake.uploads == 1, "trying again would hide the fault"
    assert [type(line.answer) for line in sent][:3] == [Accepted, Accepted, Unsent]
    assert sent.line(5).answer == Unsent("answer 3 of an upload is about line 4")


async def test_an_answer_that_names_another_application_is_not_believed() -> None:
    line = next(line for line in drive(50) if name(line).application_id)
    async with stand_in.serving(stand_in.Intake(misnames=True)) as url:
        sent = await send([line, line], addresses(url), turns=(Channel.BULK, Channel.SINGLE))
    for fate in sent:
        assert isinstance(fate.answer, Unsent)
        assert "which it is not" in fate.answer.why


async def test_lines_are_numbered_as_an_editor_does_and_empty_ones_are_not_sent() -> None:
    lines = drive(3)
    async with stand_in.serving(stand_in.Intake()) as url:
        sent = await send([b"", lines[0], b"", b"", lines[1], lines[2], b""], addresses(url))
    check(sent, lines)
    assert [line.number for line in sent] == [2, 5, 6]
