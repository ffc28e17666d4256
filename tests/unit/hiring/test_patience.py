"""Waiting out a fault: until it passes, until nobody wants it any more, or not at all."""

import pytest

from hiring.health import Health
from hiring.metrics import Metrics
from hiring.patience import GivenUp, Patience


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def patience(health: Health) -> Patience:
    return Patience(health, Metrics("test"), "sender")


async def test_a_transient_fault_is_waited_out_and_readiness_says_so(patience: Patience, health: Health) -> None:
    reports = []

    async def third_time() -> str:
        reports.append(health.report())
        if len(reports) < 3:
            raise ConnectionRefusedError("a row of somebody")
        return "done"

    assert await patience.until_done("ledger", third_time) == "done"
    assert reports == [{}, *[{"sender: ledger": "ConnectionRefusedError"}] * 2]
    assert health.report() == {"sender: ledger": "ok"}


async def test_any_other_fault_is_raised_at_once(patience: Patience) -> None:
    tries = 0

    async def broken() -> None:
        nonlocal tries
        tries += 1
        raise KeyError("x")

    with pytest.raises(KeyError):
        await patience.until_done("ledger", broken)
    assert tries == 1


async def test_what_is_no_longer_wanted_is_given_up_before_the_next_try(patience: Patience, health: Health) -> None:
    tries = 0

    async def away() -> None:
        nonlocal tries
        tries += 1
        raise TimeoutError

    with pytest.raises(GivenUp):
        await patience.until_done("ledger", away, wanted=lambda: tries < 2)
    assert tries == 2
    assert health.ready, "nobody waits for it"
