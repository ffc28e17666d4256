"""What the loop counts, by the field's names; served at /metrics."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class Metrics:
    """The batch loop's counters. No label ever holds personal data."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._service = service
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

    def batch(self, records: int, dead: int) -> None:
        """A batch was read."""
        self._records.labels(self._service).inc(records)
        self._sizes.labels(self._service).observe(records)
        if dead:
            self._dead.labels(self._service).inc(dead)

    def done(self, records: int) -> None:
        """A batch is committed."""
        self._done.labels(self._service).inc(records)

    def fault(self, of: str) -> None:
        """Something is away and is waited for."""
        self._faults.labels(self._service, of).inc()
