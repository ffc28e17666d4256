"""What waits for a person, and why: from events alone, whatever their order."""

from datetime import timedelta
from typing import Any

import pytest

from console.core.reviews import (
    REQUESTED,
    Counted,
    Standing,
    Waiting,
    Wanted,
    Word,
    age,
    choices,
    places,
    says_enough,
    waits,
)

from .happened import decided, id_of, minute


def standing(outcome: str = "review", **more: Any) -> Standing:
    told = Standing(
        id_of(1), id_of("d"), "p", "ai", outcome, "policy", "ai-ethics", minute(1), submitted_at=minute(0),
        withdrawn_at=None,
    )  # fmt: skip
    return told._replace(**more)


def given(*, answered: bool = False, refused: bool = False, on: object = "d") -> Word:
    return Word("ReviewGiven", id_of(on), minute(5), answered or refused, refused)


ASKED = Word("ReviewRequested", id_of("d"), minute(4), answered=True, refused=False)


def test_a_review_waits_since_it_was_decided_and_for_the_rule_that_weighs_most() -> None:
    assert waits(standing(), ()) == Waiting(id_of(1), id_of("d"), "p", "ai", "ai-ethics", minute(1))
    assert waits(standing("advance"), ()) is None
    assert waits(standing("decline"), ()) is None


def test_a_decline_waits_since_its_candidate_asked() -> None:
    found = waits(standing("decline"), [ASKED])
    assert found is not None and (found.since, found.reason) == (minute(4), REQUESTED)
    refused = ASKED._replace(refused=True)
    for outcome, cause, word in (
        ("advance", "policy", ASKED),
        ("decline", "review", ASKED),
        ("decline", "policy", refused),
        ("decline", "policy", ASKED._replace(decision_id=id_of("an earlier one"))),
    ):
        assert waits(standing(outcome, cause=cause), [word]) is None


def test_what_is_withdrawn_waits_no_more_unless_it_was_submitted_again() -> None:
    assert waits(standing(withdrawn_at=minute(2)), ()) is None
    assert waits(standing(withdrawn_at=minute(2), submitted_at=minute(3)), ()) is not None


def test_a_verdict_ends_the_waiting_unless_it_was_refused() -> None:
    sent = waits(standing(), [given()])
    assert sent is not None and sent.answering, "it is on its way"
    assert waits(standing(), [given(answered=True)]) is None
    assert waits(standing(), [given(refused=True)]) == waits(standing(), ())
    assert waits(standing(), [given(answered=True, on="an earlier one")]) == waits(standing(), ())


def test_each_filter_counts_what_the_others_leave() -> None:
    counted = [
        Counted("p", "ai", "ai-ethics", 5, minute(0)),
        Counted("p", "ai", "score", 2, minute(0)),
        Counted("p", "general", "score", 4, minute(0)),
    ]
    found = choices(counted, Wanted(reason="score"))
    assert found["track"] == [("general", 4), ("ai", 2)]
    assert found["reason"] == [("score", 6), ("ai-ethics", 5)]
    assert choices(counted, Wanted(track="general"))["reason"] == [("score", 4)]
    assert ("gone", 0) in choices([*counted, Counted("q", "gone", "x", 1, minute(0))], Wanted("p", "gone"))["track"]


def test_an_advance_may_name_the_tracks_and_units_of_the_policy() -> None:
    policy = {"tracks": [{"id": "ai", "units": ["cloud", {"id": "research", "seats": 3}]}, {"id": "general"}]}
    assert places(policy, decided(1)) == [("ai", ["cloud", "research"]), ("general", [])]
    judged = decided(1, tracks=[{"track": "ai", "outcome": "review", "rules": []}])
    assert places(None, judged) == [("ai", [])], "without the policy, those that were judged"


@pytest.mark.parametrize(
    ("why", "enough"),
    [
        *(("", False), ("ok", False), ("no no", False), ("... - _ !!!", False), ("The thesis counts", True)),
        *(("同意", False), ("论文即为项目", True), ("GPA 合格且有项目", True)),
    ],
)
def test_a_reason_is_a_few_words(why: str, enough: bool) -> None:
    assert says_enough(why) is enough


def test_how_long_somebody_waits_is_told_in_two_units() -> None:
    assert age(timedelta(days=3, hours=4, minutes=5)) == ("days", {"days": 3, "hours": 4})
    assert age(timedelta(hours=4, minutes=5)) == ("hours", {"hours": 4, "minutes": 5})
    assert age(timedelta(seconds=-3)) == ("minutes", {"minutes": 0})
