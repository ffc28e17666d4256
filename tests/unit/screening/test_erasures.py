"""Which of a person's decisions go, without a database."""

from datetime import UTC, datetime

import orjson

from screening.erasures import Kept, kept, to_erase

ADA, BOB = "a" * 64, "b" * 64


def day(number: int) -> datetime:
    return datetime(2026, 6, number, tzinfo=UTC)


def row(
    application: int, revision: str = "1", submitted: int | None = 1, candidate: str = ADA, verdict: bool = False
) -> Kept:
    at = None if submitted is None else day(submitted)
    return Kept(str(application), f"{'verdict' if verdict else 'revision'} {revision}", candidate, "p", revision, at)


def gone(*rows: Kept, on: int = 5) -> list[int]:
    """The places of the rows that go."""
    found = to_erase(rows, ADA, day(on))
    return [place for place, one in enumerate(rows) if one in found]


def test_what_was_submitted_up_to_the_erasure_goes_and_what_came_since_stays() -> None:
    assert gone(row(1, submitted=1), row(2, submitted=5), row(3, submitted=6)) == [0, 1]
    assert gone(row(1, "1", 1), row(1, "2", 6)) == [0]


def test_of_records_that_do_not_say_when_everything_goes() -> None:
    assert gone(row(1, submitted=None)) == [0]


def test_a_verdict_goes_or_stays_with_the_revision_it_is_on() -> None:
    assert gone(row(1, submitted=1), row(1, submitted=1, verdict=True)) == [0, 1]
    assert gone(row(1, submitted=6), row(1, submitted=1, verdict=True)) == []


def test_what_stood_under_another_address_goes_where_the_forgotten_one_is_the_last() -> None:
    assert gone(row(1, "1", candidate=BOB), row(1, "2")) == [0, 1]
    assert gone(row(1, "1"), row(1, "2", candidate=BOB)) == [0]
    assert gone(row(1, "1", candidate=BOB), row(1, "2", 6)) == []


def test_a_revision_is_as_old_as_its_last_submission() -> None:
    record = {"candidate_id": ADA, "programme": "p", "revision": "1"}
    told = orjson.dumps({**record, "submitted_at": day(1)})
    assert kept("1", "s", told, None).submitted_at == day(1)
    assert kept("1", "s", told, day(3)).submitted_at == day(3)
    assert kept("1", "s", orjson.dumps(record), None).submitted_at is None
