"""What the loop counts, by the field's names; served at /metrics."""

import time
from collections.abc import Iterator, Mapping
from copy import copy
from importlib.metadata import version
from typing import NamedTuple

from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry, Counter, Histogram, Info
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class Behind(NamedTuple):
    """How far a partition is behind: so many records, the oldest of them from `since`, in seconds since 1970.

    `since` is None where nothing waits.
    """

    records: int
    since: float | None


class _Lag(Collector):
    """What a partition is behind; its age is told as of the scrape. What is not assigned any more is not told."""

    def __init__(self) -> None:
        self.behind: dict[str, Mapping[TopicPartition, Behind]] = {}
        """By service."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = time.time()
        records = GaugeMetricFamily(
            "hiring_consumer_lag_records",
            "Records of an assigned partition that are not committed yet",
            labels=["service", "topic", "partition"],
        )
        seconds = GaugeMetricFamily(
            "hiring_consumer_lag_seconds",
            "Age of a topic's oldest record that is not committed yet, 0 where none waits",
            labels=["service", "topic"],
        )
        for service, behind in self.behind.copy().items():
            oldest: dict[str, float] = {}
            for (topic, partition), it in sorted(behind.items()):
                records.add_metric([service, topic, str(partition)], it.records)
                age = 0.0 if it.since is None else max(0.0, now - it.since)
                oldest[topic] = max(age, oldest.get(topic, 0.0))
            for topic, age in oldest.items():
                seconds.add_metric([service, topic], age)
        yield records
        yield seconds


class Metrics:
    """The batch loop's counters. No label ever holds personal data."""

    def __init__(self, service: str) -> None:
        self._service = service
        self.registry = CollectorRegistry()
        Info("hiring_build", "The release that runs", ["service"], registry=self.registry).labels(service).info(
            {"version": version("cohort-hiring")}
        )
        self._records = Counter("hiring_records", "Records read from Kafka", ["service"], registry=self.registry)
        self._done = Counter(
            "hiring_records_done",
            "Records stored, published and committed",
            ["service"],
            registry=self.registry,
        )
        self._dead = Counter("hiring_dead_letters", "Records dead-lettered", ["service"], registry=self.registry)
        self._faults = Counter(
            "hiring_transient_faults",
            "Transient faults waited out",
            ["service", "of"],
            registry=self.registry,
        )
        self._sizes = Histogram(
            "hiring_batch_records",
            "Records in a batch",
            ["service"],
            buckets=(1, 10, 50, 100, 500, 1000, 2000, 5000),
            registry=self.registry,
        )
        self._lag = _Lag()
        self.registry.register(self._lag)
        self._begin()

    def beside(self, service: str) -> "Metrics":
        """What counts a second loop of the process, as another service on the same page."""
        second = copy(self)
        second._service = service
        second._begin()
        return second

    def _begin(self) -> None:
        # From 0 on, not from its first event on: Prometheus sees no increase in a series that begins at 3.
        for counter in (self._records, self._done, self._dead):
            counter.labels(self._service)

    def batch(self, records: int, dead: int) -> None:
        """A batch was read."""
        self._records.labels(self._service).inc(records)
        self._sizes.labels(self._service).observe(records)
        self.dead(dead)

    def dead(self, records: int) -> None:
        """So many records are put aside as dead letters."""
        if records:
            self._dead.labels(self._service).inc(records)

    def done(self, records: int) -> None:
        """A batch is committed."""
        self._done.labels(self._service).inc(records)

    def behind(self, partitions: Mapping[TopicPartition, Behind]) -> None:
        """How far each assigned partition is behind; what is not among them is told no longer."""
        self._lag.behind[self._service] = dict(partitions)

    def fault(self, of: str) -> None:
        """Something is away and is waited for."""
        self._faults.labels(self._service, of).inc()
