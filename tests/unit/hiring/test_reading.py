"""What is told of a record that cannot be read: everything to its sender, nothing personal to operators."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from hiring.events.reading import Flaw, Unreadable, parse
from hiring.events.submission import Submission

WRONG = {
    "source": "portal",
    "external_id": "1",
    "programme": "p",
    "candidate": {"name": "Ada", "email": "ada lovelace@mail.example", "ada-lovelace": 1},
    "answers": {"Ada Lovelace": "x"},
    "education": [{"level": "bachelor"}, {"graduation": "Ada"}],
}


def refused() -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        parse(json.dumps(WRONG).encode(), Submission)
    return caught.value


def test_the_sender_is_told_each_field_as_they_wrote_it() -> None:
    fields = {problem["field"] for problem in refused().problems}
    assert {"candidate.email", "candidate.ada-lovelace", "education.1.graduation"} <= fields


def test_operators_are_told_the_place_and_nothing_personal() -> None:
    unreadable = refused()
    assert unreadable.flaw is Flaw.INVALID
    assert "candidate.email: is not an e-mail address" in unreadable.detail
    assert "education.1.graduation" in unreadable.detail
    assert "ada" not in unreadable.detail.lower()
    assert "lovelace" not in str(unreadable).lower()


LEAST = {"source": "portal", "external_id": "1", "programme": "p", "candidate": {"name": "A", "email": "a@b.example"}}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"educaton": []}, "educaton", "is no field; is it education?"),
        ({"courses": [{"nme": "Zanzibar"}]}, "courses.0.nme", "is no field; is it name?"),
        ({"zanzibar": 1}, "zanzibar", "is no field: remove it"),
        ({"submitted_at": "Zanzibar"}, "submitted_at", "send RFC 3339 with the offset from UTC, as in 2026-06-01T"),
        ({"submitted_at": "2026-06-01"}, "submitted_at", "says no offset from UTC: send RFC 3339"),
        ({"source": "Zanzibar Portal"}, "source", "send lower-case letters, digits"),
        ({"answers": {"Zanzibar": "x"}}, "answers.Zanzibar", "send lower-case letters, digits"),
        ({"candidate": LEAST["candidate"] | {"locale": "Zanzibari"}}, "candidate.locale", "such as en or zh-CN"),  # type: ignore[operator]
        ({"candidate": LEAST["candidate"] | {"time_zone": "in Zanzibar"}}, "candidate.time_zone", "Asia/Shanghai"),  # type: ignore[operator]
        ({"consents": {"human_only": "Zanzibar"}}, "consents.human_only", "send true or false"),
        ({"education": {}}, "education", "is not a list"),
        ({"external_id": "Zanzibar" * 50}, "external_id", "is longer than 200 characters"),
        ({"education": [{"grade": {"value": "Zanzibar", "scale": 4}}]}, "education.0.grade.value", "is not a number"),
        ({"education": [{"grade": {"value": 5, "scale": 4}}]}, "education.0.grade", "is above its scale"),
        ({"courses": [{"name": "x", "grade": {"value": 101, "scale": 100}}]}, "courses.0.grade", "is above its scale"),
    ],
)
def test_what_to_send_is_told_and_nothing_of_what_was(changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(json.dumps(LEAST | changes).encode(), Submission)
    told = {problem["field"]: problem["problem"] for problem in caught.value.problems}
    assert words in told[field]
    assert "zanzibar" not in "".join(told.values()).lower()
    assert words in caught.value.detail and "zanzibar" not in caught.value.detail.lower()
    assert "^" not in told[field], "a regular expression is no sentence"


def test_the_best_grade_of_a_scale_is_on_it() -> None:
    parse(json.dumps(LEAST | {"education": [{"grade": {"value": 4, "scale": 4}}]}).encode(), Submission)


@dataclass
class Case:
    value: bytes | None
    flaw: Flaw


@pytest.mark.parametrize(
    "case",
    [
        Case(None, Flaw.EMPTY),
        Case(b"  ", Flaw.EMPTY),
        Case(b"{", Flaw.NOT_JSON),
        Case(b"\xff", Flaw.NOT_JSON),
        Case(b"3", Flaw.INVALID),
        Case(b"{}", Flaw.INVALID),
    ],
)
def test_each_flaw_has_its_name(case: Case) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(case.value, Submission)
    assert caught.value.flaw is case.flaw
