"""When a letter may go out."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from notify.calendar_file import CalendarError, read_calendar
from notify.core.calendar import AT_ONCE, QuietHours, Season, not_before

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
FILE = """
default:
  decline_after_hours: 24
programmes:
  ai-internships-2026:
    release: {advance: 2026-12-01T09:00:00+08:00, decline: 2026-12-03T09:00:00+08:00}
    gather_minutes: 10
    quiet_hours: {begin: "21:00", end: "08:00"}
    time_zone: Asia/Shanghai
"""


def test_without_a_calendar_nothing_waits() -> None:
    for outcome in ("advance", "review", "decline"):
        assert not_before(AT_ONCE.season("any"), outcome, NOON, NOON, None, NOON) is None  # type: ignore[arg-type]


def test_a_decline_waits_for_its_delay_and_no_other_outcome_does() -> None:
    season = Season(decline_after_hours=24)
    until = not_before(season, "decline", NOON, NOON, None, NOON + timedelta(hours=1))
    assert until == (NOON + timedelta(hours=24), "delay of declines")
    assert not_before(season, "decline", NOON, NOON, None, NOON + timedelta(hours=24)) is None
    assert not_before(season, "advance", NOON, NOON, None, NOON) is None


def test_what_waits_for_several_things_waits_for_the_longest() -> None:
    season = Season(release=NOON + timedelta(hours=3), decline_after_hours=24, gather_minutes=10)
    assert not_before(season, "decline", NOON, NOON, None, NOON) == (NOON + timedelta(hours=24), "delay of declines")
    assert not_before(season, "advance", NOON, NOON, None, NOON) == (NOON + timedelta(hours=3), "release day")
    late = NOON + timedelta(hours=5)
    assert not_before(season, "advance", NOON, late, None, late) == (late + timedelta(minutes=10), "gathering")


def test_quiet_hours_are_by_the_candidates_clock_and_else_by_the_programmes() -> None:
    season = Season(quiet_hours=QuietHours(begin="21:00", end="08:00"), time_zone="Asia/Shanghai")
    # 15:00 in UTC is 23:00 in Shanghai, and 10:00 in New York.
    at = NOON + timedelta(hours=3)
    until = not_before(season, "advance", at, at, None, at)
    assert until == (datetime(2026, 12, 2, 0, 0, tzinfo=UTC), "quiet hours")
    assert not_before(season, "advance", at, at, "America/New_York", at) is None
    assert not_before(season, "advance", at, at, "Nowhere/At-All", at) == until


def test_a_release_in_the_night_is_heard_in_the_morning() -> None:
    season = Season(release=NOON + timedelta(hours=10), quiet_hours=QuietHours(begin="21:00", end="08:00"))
    until = not_before(season, "advance", NOON, NOON, None, NOON)
    assert until == (datetime(2026, 12, 2, 8, 0, tzinfo=UTC), "release day")


@given(st.datetimes(timezones=st.just(UTC)), st.times(), st.times())
def test_after_quiet_hours_it_is_not_quiet_and_nobody_waits_a_day(local: datetime, begin: time, end: time) -> None:
    assume(begin != end and local.year < 9999)
    quiet = QuietHours(begin=str(begin), end=str(end))
    over = quiet.over(local)
    assert quiet.over(over) == over
    assert local <= over < local + timedelta(days=1)


def test_a_file_is_read_with_its_programmes(tmp_path: Path) -> None:
    (tmp_path / "letters.yaml").write_text(FILE)
    calendar = read_calendar(tmp_path / "letters.yaml")
    season = calendar.season("ai-internships-2026")
    assert season.released("decline") == datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
    assert season.released("review") is None
    assert calendar.season("another").decline_after_hours == 24
    assert read_calendar(None) is AT_ONCE


@pytest.mark.parametrize(
    ("was", "is_", "told"),
    [
        ("gather_minutes: 10", "gather_mins: 10", ":7: programmes.ai-internships-2026.gather_mins:"),
        ("Asia/Shanghai", "Asia/Shangai", "is no time zone that is known: write one as Asia/Shanghai"),
        ('"21:00"', "21", 'quiet_hours.begin: is no time of day: write "21:00"'),
        ("hours: 24", "hours: -1", ":3: default.decline_after_hours:"),
        ("T09:00:00+08:00, decline", "T09:00:00, decline", "programmes.ai-internships-2026.release.advance:"),
        ("  gather", " gather", ":"),
    ],
)
def test_a_wrong_file_is_told_with_line_and_place(tmp_path: Path, was: str, is_: str, told: str) -> None:
    (tmp_path / "letters.yaml").write_text(FILE.replace(was, is_))
    with pytest.raises(CalendarError) as raised:
        read_calendar(tmp_path / "letters.yaml")
    assert told in str(raised.value) and "letters.yaml" in str(raised.value)
