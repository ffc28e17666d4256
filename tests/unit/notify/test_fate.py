"""What becomes of a letter after each answer of the relay."""

import pytest

from notify.core.answer import Answer
from notify.core.fate import Fate, Rules, fate
from notify.settings import NotifySettings

RULES = Rules(max_attempts=3, retry_seconds=2.0, retry_longest_seconds=3600.0, resends=1, doubt_seconds=1800.0)
DOUBT = Answer("in doubt", "no answer")


@pytest.mark.parametrize(
    ("answer", "attempts", "doubts", "expected"),
    [
        (Answer("taken"), 7, 7, Fate("sent")),
        (Answer("refused", "RCPT 550"), 0, 0, Fate("failed", "RCPT 550")),
        (Answer("deferred", "RCPT 450"), 0, 0, Fate("queued", "RCPT 450", 2.0)),
        (Answer("deferred", "RCPT 450"), 1, 0, Fate("queued", "RCPT 450", 8.0)),
        (Answer("deferred", "RCPT 450"), 2, 0, Fate("failed", "RCPT 450")),
        (DOUBT, 0, 0, Fate("queued", "no answer", 1800.0, doubts=1)),
        (DOUBT, 1, 1, Fate("failed", "no answer", doubts=1)),
        (DOUBT, 2, 0, Fate("failed", "no answer", doubts=1)),
    ],
)
def test_a_letter_goes_by_the_answer_and_by_what_came_before(
    answer: Answer, attempts: int, doubts: int, expected: Fate
) -> None:
    assert fate(answer, attempts, doubts, RULES, 1.0) == expected


def test_a_letter_that_was_not_tried_is_never_given_up_and_costs_no_attempt() -> None:
    assert fate(Answer("not tried"), 99, 99, RULES, 1.0) == Fate("queued", tried=0)


def test_hold_never_sends_a_letter_in_doubt_again() -> None:
    held = NotifySettings(in_doubt="hold", in_doubt_resends=5).rules
    assert fate(DOUBT, 0, 0, held, 1.0) == Fate("held", "no answer", doubts=1)
    assert fate(DOUBT, 0, 0, NotifySettings().rules, 1.0).state == "queued"
