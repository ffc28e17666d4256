"""What alerts ask for is there before it happens first: Prometheus sees no increase in what begins at 1."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from hiring.metrics import Metrics
from intake.metrics import DoorMetrics
from notify.metrics import LetterMetrics


@pytest.mark.parametrize("name", ["dead_letters", "records", "records_done"])
def test_a_service_that_has_done_nothing_says_so(name: str) -> None:
    assert f'hiring_{name}_total{{service="test"}} 0.0' in generate_latest(Metrics("test").registry).decode()


def test_the_first_letter_that_fails_is_an_increase() -> None:
    told = generate_latest(LetterMetrics("notify").registry).decode()
    assert 'hiring_letters_total{state="failed"} 0.0' in told
    assert 'hiring_letters_total{state="sent"} 0.0' in told


@pytest.mark.parametrize("channel", ["http", "bulk", "kafka", "hook"])
def test_a_door_that_nobody_came_by_says_so(channel: str) -> None:
    registry = CollectorRegistry()
    DoorMetrics(registry)
    assert f'hiring_applications_accepted_total{{channel="{channel}"}} 0.0' in generate_latest(registry).decode()
