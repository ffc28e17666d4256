"""How fast letters may go to a domain, and how long a domain that asks for fewer is left alone."""

from collections import Counter

import pytest

from notify.core.answer import Answer
from notify.core.limits import domain_of, limits
from notify.rates import ASKED, OVER_LIMIT, MailRates

SLOW, TAKEN = Answer("deferred", "RCPT 421 4.7.28", slow_down=True), Answer("taken")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def rates(
    clock: Clock, per_second: float | None = None, throttled: Counter[str] | None = None, **by: float
) -> MailRates:
    counts = Counter[str]() if throttled is None else throttled
    per_domain = {name.replace("_", ".") if name != "others" else "*": limit for name, limit in by.items()}
    return MailRates(per_second, per_domain, lambda why: counts.update([why]), clock, jitter=lambda: 0.0)


def test_a_domain_with_a_limit_waits_in_line_and_the_others_do_not() -> None:
    counts = Counter[str]()
    some = rates(Clock(), qq_com=0.1, throttled=counts)
    assert [some.pause("qq.com") for _ in range(4)] == [0.0, 10.0, 20.0, 30.0]
    assert [some.pause("example.org") for _ in range(4)] == [0.0] * 4
    assert counts == {OVER_LIMIT: 3}


def test_no_letter_waits_longer_than_six_hours_without_a_look() -> None:
    some = rates(Clock(), qq_com=1 / 3600)
    assert [some.pause("qq.com") for _ in range(10)] == [0.0, 3600.0, 7200.0, 10800.0, 14400.0, 18000.0] + [21600.0] * 4


def test_the_others_limit_holds_for_each_of_them() -> None:
    some = rates(Clock(), qq_com=100.0, others=0.1)
    assert [some.pause("a.example"), some.pause("b.example")] == [0.0, 0.0]
    assert [some.pause("a.example"), some.pause("b.example")] == [10.0, 10.0]
    assert some.pause("qq.com") == 0.0


def test_a_whole_queue_goes_at_the_limit_and_is_not_looked_at_time_and_again() -> None:
    """200 letters at one in two seconds, the ledger asked every second: each is looked at a few times."""
    clock, looks, sent = Clock(), 0, list[float]()
    some = rates(clock, qq_com=0.5)
    due = [clock.now] * 200
    while due:
        later = [at for at in due if at > clock.now]
        for _ in range(len(due) - len(later)):
            looks += 1
            pause = some.pause("qq.com")
            later += [clock.now + pause] if pause else []
            sent += [] if pause else [clock.now]
        due = later
        clock.now += 1.0
    assert 390 <= sent[-1] - sent[0] <= 440
    assert looks < 800


def test_a_domain_that_asks_for_fewer_is_left_alone_longer_each_time_until_a_letter_is_taken() -> None:
    clock, counts = Clock(), Counter[str]()
    some = rates(clock, throttled=counts)
    for pause in (30.0, 60.0, 120.0):
        some.heard("gmail.com", SLOW)
        some.heard("gmail.com", SLOW)
        assert some.pause("gmail.com") == some.backing_off("gmail.com") == pause, (
            "asked by eight workers, it counts once"
        )
        assert some.pause("example.org") == 0.0
        some.heard("gmail.com", TAKEN)
        assert some.pause("gmail.com") == pause, "that one was under way before"
        clock.now += pause
        assert some.pause("gmail.com") == 0.0
    some.heard("gmail.com", TAKEN)
    some.heard("gmail.com", SLOW)
    assert some.pause("gmail.com") == 30.0
    for _ in range(20):
        clock.now += 10_000
        some.heard("gmail.com", SLOW)
    assert some.pause("gmail.com") == 900.0
    assert set(counts) == {ASKED}


def test_all_letters_together_have_a_pace() -> None:
    assert rates(Clock()).owe(1000) == 0.0
    some = rates(Clock(), per_second=10.0)
    assert [some.owe(10), some.owe(5), some.owe(5)] == [0.0, 0.5, 1.0]


def test_limits_are_read_as_an_operator_writes_them() -> None:
    written = "qq.com=20/min, 163.COM = 1.5 / s, xn--fsqu00a.xn--fiqs8s=7200/h, *=300/min,"
    assert limits(written) == {"qq.com": 20 / 60, "163.com": 1.5, "例子.中国": 2.0, "*": 5.0}
    assert limits("") == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("qq.com", "qq.com=20/min"),
        ("qq.com=20", "qq.com=20/min"),
        ("qq.com=0/s", "qq.com=20/min"),
        ("qq.com=-1/s", "qq.com=20/min"),
        ("qq.com=5/day", "qq.com=20/min"),
        ("=5/s", "is no domain"),
        ("q q=5/s", "is no domain"),
        ("qq.com=1/s, QQ.com=2/s", "two limits"),
    ],
)
def test_what_is_no_limit_is_refused_with_an_example(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        limits(text)


def test_the_domain_of_an_address() -> None:
    assert domain_of('"a@b"@例子.中国') == "例子.中国"
