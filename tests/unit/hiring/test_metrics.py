"""What alerts ask for is there before it happens first: Prometheus sees no increase in what begins at 1."""

import pytest
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry, generate_latest

from hiring.metrics import Behind, Metrics
from intake.metrics import DoorMetrics
from notify.metrics import LetterMetrics


@pytest.mark.parametrize("name", ["dead_letters", "records", "records_done"])
def test_a_service_that_has_done_nothing_says_so(name: str) -> None:
    assert f'hiring_{name}_total{{service="test"}} 0.0' in generate_latest(Metrics("test").registry).decode()


def test_a_second_loop_counts_on_the_same_page_by_its_own_name() -> None:
    first = Metrics("console")
    second = first.beside("console-acts")
    first.batch(5, 0)
    second.batch(2, 0)
    at = TopicPartition("hiring.commands", 0)
    first.behind({at: Behind(1, None)})
    second.behind({at: Behind(7, None)})
    told = generate_latest(first.registry).decode()
    for service, records, lag in (("console", 5, 1), ("console-acts", 2, 7)):
        assert f'hiring_records_total{{service="{service}"}} {records}.0' in told
        assert f'hiring_batch_records_count{{service="{service}"}} 1.0' in told
        place = f'service="{service}",topic="hiring.commands"'
        assert f'hiring_consumer_lag_records{{partition="0",{place}}} {lag}.0' in told
        assert f"hiring_consumer_lag_seconds{{{place}}} 0.0" in told
    second.behind({})
    told = generate_latest(first.registry).decode()
    assert told.count("hiring_consumer_lag_records{") == 1, "what left its partitions tells no more"


def test_the_first_letter_that_fails_is_an_increase() -> None:
    told = generate_latest(LetterMetrics("notify").registry).decode()
    assert 'hiring_letters_total{state="failed"} 0.0' in told
    assert 'hiring_letters_total{state="sent"} 0.0' in told


@pytest.mark.parametrize("channel", ["http", "bulk", "kafka", "hook"])
def test_a_door_that_nobody_came_by_says_so(channel: str) -> None:
    registry = CollectorRegistry()
    DoorMetrics(registry)
    assert f'hiring_applications_accepted_total{{channel="{channel}"}} 0.0' in generate_latest(registry).decode()
