"""What is redriven of somebody who was erased since is let go, and nothing of it is kept; who applies anew, applies."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError

from hiring.consumer.batch import bury
from hiring.consumer.redriven import given_again
from hiring.events.dead_letter import DeadLetter
from hiring.events.envelope import Outgoing
from hiring.events.submission import Submission
from hiring.settings import Settings
from hiring.topic_reading import Batch
from hiring.topics import COMMANDS, SUBMISSIONS
from intake import erased
from intake.core.asking import erase, withdraw
from intake.core.split import split
from intake.erased import Again, Erasures

SECRET = b"a secret of the tests"
CAME = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
GIVEN = {"source": "campus", "external_id": "7", "programme": "p", "candidate": {"name": "Li Na", "email": "Na@x.cn"}}


def again(submitted_at: datetime | None = None, **given: Any) -> Again:
    """A submission that failed when it came, as it is redriven."""
    value, headers = orjson.dumps(GIVEN | given), (("x", b"na@x.cn"),)
    stamp = int(CAME.timestamp() * 1000)
    record: Any = ConsumerRecord(SUBMISSIONS, 0, 3, stamp, 0, b"na@x.cn", value, 0, 0, 0, headers)
    why = DeadLetter.of(bury(record, "unknown-type", "it is newer", "intake", CAME).headers)
    submission = Submission.model_validate(GIVEN | given | {"submitted_at": submitted_at and submitted_at.isoformat()})
    return Again(given_again(record, why), split(submission, SECRET, CAME))


def command(outgoing: Any, partition: int, offset: int) -> Any:
    return ConsumerRecord(COMMANDS, partition, offset, 0, 0, outgoing.key, outgoing.value, 0, 0, 0, outgoing.headers)


def erasures(days_later: int = 1) -> Erasures:
    return Erasures(Settings(), now=lambda: CAME + timedelta(days=days_later))


class Commands:
    """The topic in memory, in two partitions; from where each reading began."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self.begun: list[dict[int, int]] = []

    def add(self, outgoing: Outgoing) -> None:
        self.records.append(command(outgoing, len(self.records) % 2, len(self.records) // 2))

    async def read(self, _broker: Any, topic: str, after: Mapping[int, int]) -> AsyncIterator[Batch]:
        assert topic == COMMANDS
        self.begun.append(dict(after))
        found = [it for it in self.records if it.offset >= after.get(it.partition, 0)]
        for record in found:
            yield Batch([record], 1, len(found))


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    there = Commands()
    monkeypatch.setattr(erased, "read_batches", there.read)
    return there


@pytest.fixture
def forget(commands: Commands) -> Callable[..., None]:
    def forget(email: str, at: datetime) -> None:
        commands.add(erase(SECRET, email, "campus", at).waves[0][0])

    return forget


@pytest.mark.parametrize(
    ("submitted_at", "erased_at", "taken"),
    [
        (None, CAME - HOUR, True),
        (None, CAME, False),
        (None, CAME + HOUR, False),
        (CAME - 2 * HOUR, CAME - HOUR, False),
        # Nobody submits later than their record came.
        (CAME + 9 * HOUR, CAME + HOUR, False),
    ],
)
async def test_what_came_before_its_person_was_erased_is_let_go(
    forget: Callable[..., None], submitted_at: datetime | None, erased_at: datetime, taken: bool
) -> None:
    forget("someone@else.cn", CAME + HOUR)
    forget("na@X.cn", erased_at)
    forget("na@x.cn", CAME - 5 * HOUR)
    accepted, letters = await erasures().let_go([again(submitted_at)])
    assert (len(accepted), len(letters)) == (1, 0) if taken else (0, 1)


async def test_nothing_of_the_record_is_kept_and_its_neighbours_go_on(forget: Callable[..., None]) -> None:
    forget("na@x.cn", CAME + HOUR)
    other = again(external_id="8", candidate={"name": "Wei", "email": "wei@x.cn"})
    [accepted], [letter] = await erasures().let_go([again(), other])
    assert accepted == other.accepted
    told = DeadLetter.of(letter.headers)
    assert (letter.key, letter.value, told.flaw, told.topic, told.offset) == (None, None, "forgotten", SUBMISSIONS, 3)
    assert {name[:3] for name, _ in letter.headers} == {"dl_"} and "x.cn" not in str(letter)


async def test_the_commands_are_read_on_and_not_anew(commands: Commands, forget: Callable[..., None]) -> None:
    commands.add(withdraw("campus", "7", CAME).waves[0][0])
    forget("someone@else.cn", CAME)
    look = erasures()
    assert await look.let_go([]) == ([], []) and commands.begun == []
    assert len((await look.let_go([again()]))[0]) == 1
    forget("na@x.cn", CAME)
    assert len((await look.let_go([again()]))[1]) == 1
    assert commands.begun == [{}, {0: 1, 1: 1}]


async def test_what_is_older_than_the_commands_is_not_taken_up(commands: Commands) -> None:
    """One that failed again and again outlives the word on an erasure."""
    assert len((await erasures(180).let_go([again()]))[0]) == 1
    accepted, [letter] = await erasures(181).let_go([again()])
    told = DeadLetter.of(letter.headers)
    assert not accepted and told.flaw == "unknown-type" and "discard it" in told.detail


@pytest.mark.parametrize("fault", [UnknownTopicOrPartitionError, TopicAuthorizationFailedError])
async def test_where_it_cannot_be_told_nobody_is_brought_back_and_nothing_lost(
    monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    monkeypatch.setattr(erased, "read_batches", raising(fault()))
    one = again()
    accepted, [letter] = await erasures().let_go([one])
    told = DeadLetter.of(letter.headers)
    assert not accepted and letter.value == one.record.value
    assert told.flaw == "unknown-type" and "redrive it again" in told.detail


async def test_a_broker_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erased, "read_batches", raising(KafkaConnectionError()))
    with pytest.raises(KafkaConnectionError):
        await erasures().let_go([again()])


def raising(fault: Exception) -> Any:
    async def read(*_: Any) -> AsyncIterator[Batch]:
        raise fault
        yield

    return read
