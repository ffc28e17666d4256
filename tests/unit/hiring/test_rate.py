"""Token buckets: how many may pass at once, and when the next may."""

from typing import Any

from hiring import rate
from hiring.rate import Rates


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_fills_with_time_and_holds_a_seconds_worth() -> None:
    clock = Clock()
    rates = Rates(2.0, clock)
    assert [rates.take("a") for _ in range(3)] == [0.0, 0.0, 0.5]
    assert rates.take("b") == 0.0, "each name has its own"
    clock.now = 0.5
    assert [rates.take("a"), rates.take("a")] == [0.0, 0.5]
    clock.now = 1000.0
    assert [rates.take("a") for _ in range(3)] == [0.0, 0.0, 0.5]


def test_less_than_one_a_second() -> None:
    clock = Clock()
    rates = Rates(0.1, clock)
    assert rates.take("a") == 0.0
    assert rates.take("a") == 10.0


def test_made_up_names_take_no_memory(monkeypatch: Any) -> None:
    monkeypatch.setattr(rate, "MOST_BUCKETS", 100)
    rates = Rates(1.0, Clock())
    for n in range(1000):
        rates.take(str(n))
    assert len(rates._buckets) == 100


def test_a_bucket_may_hold_more_than_a_second_brings() -> None:
    rates = Rates(0.5, Clock(), seconds=4.0)
    assert [rates.take("a") for _ in range(3)] == [0.0, 0.0, 2.0]
