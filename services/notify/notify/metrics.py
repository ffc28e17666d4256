"""What notify counts beside the batch loop. No label holds personal data."""

from prometheus_client import Counter, Gauge, Histogram

from hiring.metrics import Metrics
from notify.core.fate import Fate
from notify.store import Counts


class LetterMetrics(Metrics):
    """Letters by what became of them, how long the relay took, and how many are not yet under way."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self._letters = Counter(
            "hiring_letters", "Letters by what became of an attempt", ["state"], registry=self.registry
        )
        self._doubts = Counter(
            "hiring_letters_in_doubt", "Letters handed over that the relay did not answer", registry=self.registry
        )
        self._seconds = Histogram(
            "hiring_letter_send_seconds",
            "Time of one mail transaction",
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300),
            registry=self.registry,
        )
        self._backlog = Gauge(
            "hiring_letters_not_under_way",
            "Letters that wait: for their contact, or for a worker",
            ["waiting_for"],
            registry=self.registry,
        )

    def letter(self, fate: Fate) -> None:
        """An attempt ended: sent, failed, or queued again. What was not tried is none."""
        if fate.tried:
            self._letters.labels(fate.state).inc()
        if fate.doubts:
            self._doubts.inc()

    def transaction(self, seconds: float) -> None:
        """A mail transaction took so long."""
        self._seconds.observe(seconds)

    def counted(self, counts: Counts) -> None:
        """The ledger was counted."""
        self._backlog.labels("contact").set(counts.waiting)
        self._backlog.labels("worker").set(counts.queued)
