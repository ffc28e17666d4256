"""How long the same is sent again, by a clock of the test's own."""

from datetime import UTC, datetime

import httpx
import pytest

from cohort_client import Progress
from cohort_client.protocol import NotNow, retry_after
from cohort_client.retrying import Patience


def test_patience_ends_and_begins_anew_with_progress() -> None:
    time = 0.0
    patience = Patience(10, lambda: time)
    note = patience.noting(lambda _: None)
    assert patience(NotNow("x")) is True
    time = 9.0
    assert patience(httpx.ConnectError("x")) is True
    note(Progress(failed=3))
    time = 10.0
    assert patience(NotNow("x")) is False
    note(Progress(rejected=1))
    time = 19.0
    assert patience(NotNow("x")) is True


def test_a_pause_that_is_asked_for_is_kept_a_little_apart() -> None:
    patience = Patience(10, lambda: 0.0)
    pauses = {patience(NotNow("x", 429, 8.0)) for _ in range(100)}
    assert 8.0 <= min(pauses) < max(pauses) <= 9.0
    assert patience(NotNow("x", 429, 10.0)) is False


def test_a_bug_is_not_tried_again() -> None:
    assert Patience(10)(KeyError("x")) is False


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        (" 0 ", 0.0),
        ("Wed, 25 Nov 2026 00:00:30 GMT", 30.0),
        ("Wed, 25 Nov 2020 00:00:30 GMT", 0.0),
        ("Wed, 25 Nov 2026 00:00:30 -0000", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        ("-5", 0.0),
    ],
)
def test_retry_after(value: str, seconds: float) -> None:
    assert retry_after(value, datetime(2026, 11, 25, tzinfo=UTC)) == seconds
