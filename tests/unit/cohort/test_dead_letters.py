"""Dead letters are counted by topic and flaw, and the latest found, without any being kept in memory."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cohort.dead_letters import Letter, groups, latest
from hiring.events.answer import SettlementRecorded
from hiring.events.dead_letter import dead_letter

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SETTLED = SettlementRecorded(
    command_id=UUID(int=1),
    then="discard",
    letters=[{"partition": 0, "offset": 0}],  # type: ignore[list-item]
    by="Mei Lin",
    why="A test.",
    at=BEGIN,
)


def letter(n: int, topic: str = "t", flaw: str = "invalid", settled: bool = False) -> Letter:
    """The letter of offset `n`, which failed `n` minutes after the beginning."""
    at = BEGIN + timedelta(minutes=n)
    why = dead_letter(flaw, "x", topic=topic, partition=0, offset=n, group="intake", at=at)
    return Letter((0, n), why, SETTLED if settled else None)


async def told(*letters: Letter) -> AsyncIterator[Letter]:
    for it in letters:
        yield it


async def test_each_group_is_counted_and_names_one_that_is_open() -> None:
    found = await groups(
        told(letter(5, settled=True), letter(1), letter(3), letter(9, "u"), letter(2, flaw="empty", settled=True))
    )
    assert [(it.topic, it.flaw, it.open, it.n, it.example[1]) for it in found] == [
        ("u", "invalid", 1, 1, 9),
        ("t", "invalid", 2, 3, 3),
        ("t", "empty", 0, 1, 2),
    ]
    assert (found[1].first, found[1].last) == (BEGIN + timedelta(minutes=1), BEGIN + timedelta(minutes=5))


async def test_the_latest_of_a_group_and_how_many_there_are() -> None:
    letters = [letter(n) for n in (4, 1, 7, 3)] + [letter(9, "u"), letter(8, flaw="empty")]
    for topic, flaw, wanted, n in (("t", "invalid", [7, 4], 4), (None, "invalid", [9, 7], 5), ("t", None, [8, 7], 5)):
        found, of = await latest(told(*letters), topic, flaw, 2)
        assert ([it.place[1] for it in found], of) == (wanted, n)
    assert await latest(told(*letters), "nowhere", None, 2) == ([], 0)
