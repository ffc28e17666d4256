"""What is told of a record that cannot be read: everything to its sender, nothing personal to operators."""

import json
from dataclasses import dataclass

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
