"""Months, moments and marks: what is plain is read, and what leaves a doubt is refused and not guessed."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hiring.events.fields import PlainMoment, PlainMonth
from hiring.events.submission import AssessmentGiven, GradeGiven
from intake.core import cells
from intake.hooks.conversions import CONVERSIONS

month_at_the_door = TypeAdapter(PlainMonth)
moment_at_the_door = TypeAdapter(PlainMoment)


@pytest.mark.parametrize("told", ["2026-06", " 2026-06 ", "2026-06-30", "2026-06-30T10:00:00Z", "2026-06-30 10:00"])
def test_a_month_at_the_door(told: str) -> None:
    assert month_at_the_door.validate_python(told) == "2026-06"
    assert CONVERSIONS["month"](told) == "2026-06"


@pytest.mark.parametrize(
    "told",
    [
        "2026",
        "2026-13",
        "2026-6",
        "06/2026",
        "2026-06-31",
        "2026-06-30 or later",
        "2026-06-15 to 2027-06-15",
        "soon",
        "",
    ],
)
def test_no_month_at_the_door(told: str) -> None:
    with pytest.raises(ValidationError):
        month_at_the_door.validate_python(told)
    assert CONVERSIONS["month"](told) is None


@pytest.mark.parametrize(
    "told", ["2026/6/31", "2026年2月30日", "2026-06-99", "31.06.2026", "20260630", "2026-00", "June 2026"]
)
def test_a_cell_that_is_no_date_stays_and_is_refused(told: str) -> None:
    assert cells.month(told) == told
    with pytest.raises(ValidationError):
        month_at_the_door.validate_python(told)


@given(day=st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_lies_in_its_month(day: Any) -> None:
    month = day.isoformat()[:7]
    for told in (day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day.year}/{day.month}/{day.day}"):
        assert cells.month(told) == month
    assert month_at_the_door.validate_python(day.isoformat()) == month
    assert CONVERSIONS["month-first"](f"{day.month}/{day.day}/{day.year}") == month
    assert CONVERSIONS["day-first"](f"{day.day:02}.{day.month:02}.{day.year}") == month


@pytest.mark.parametrize(
    ("conversion", "told"),
    [
        ("month-first", "13/01/2026"),
        ("month-first", "02/30/2026"),
        ("day-first", "01/13/2026"),
        ("day-first", "1/1/26"),
    ],
)
def test_a_date_in_the_other_order_is_unread(conversion: str, told: str) -> None:
    assert CONVERSIONS[conversion](told) is None


@pytest.mark.parametrize(
    "told", ["2026-03-01T10:00:00+08:00", "2026-03-01 10:00:00+08:00", "2026-03-01T02:00:00Z", "2026-03-01T02:00:00.5Z"]
)
def test_a_moment_at_the_door(told: str) -> None:
    assert moment_at_the_door.validate_python(told) == datetime.fromisoformat(told)


@pytest.mark.parametrize(
    "told", [1772330400, 1772330400000, "1772330400", "1772330400.5", "+1772330400", True, "2026-03-01"]
)
def test_seconds_or_milliseconds_are_not_guessed(told: Any) -> None:
    with pytest.raises(ValidationError):
        moment_at_the_door.validate_python(told)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("2026/3/1 9:05", "2026-03-01T09:05:00+08:00"),
        ("2026-03-01 09:05:30", "2026-03-01T09:05:30+08:00"),
        ("2026-03-01T02:00Z", "2026-03-01T02:00:00+00:00"),
        ("3/1/2026 9:05", "3/1/2026 9:05"),
        ("1772330400", "1772330400"),
    ],
)
def test_a_moment_in_a_cell(cell: str, told: str) -> None:
    assert cells.moment(cell, "Asia/Shanghai") == told


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (GradeGiven, {"value": False, "scale": 4}),
        (GradeGiven, {"value": 3, "scale": True}),
        (AssessmentGiven, {"name": "coding", "score": False, "out_of": 100}),
        (AssessmentGiven, {"name": "coding", "score": 7, "out_of": True}),
    ],
)
def test_false_is_no_mark_of_nothing(model: Any, told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="true and false count nothing"):
        TypeAdapter(model).validate_python(told)
