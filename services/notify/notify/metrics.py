"""What notify counts beside the batch loop. No label holds personal data."""

from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

from hiring.metrics import Metrics
from notify.core.fate import Fate
from notify.ledger.tending import Counts


class LetterMetrics(Metrics):
    """Letters by what became of them, how long the relay took, and how many are not yet under way."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self._letters = Counter(
            "hiring_letters", "Letters by what became of an attempt", ["state"], registry=self.registry
        )
        # What alerts ask for is there from 0 on: a first failure is an increase then.
        for state in ("sent", "failed"):
            self._letters.labels(state)
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
            "Letters that wait: for their contact, a worker, their time, or an operator",
            ["waiting_for"],
            registry=self.registry,
        )
        self._waiting = Gauge(
            "hiring_letters_waiting_for_contact_seconds",
            "How long the longest has waited for its contact",
            registry=self.registry,
        )
        self._stuck = Gauge(
            "hiring_letters_failed",
            "Letters in the ledger that failed, and whose decision stands",
            registry=self.registry,
        )
        self._paused = Gauge("hiring_letters_pauses", "Pauses that are on", registry=self.registry)
        self._throttled = Counter(
            "hiring_letters_throttled",
            "How often a letter had to wait for its domain",
            ["why"],
            registry=self.registry,
        )
        self._bounces = Counter(
            "hiring_bounces", "Messages read as bounces, by what they came to", ["noted"], registry=self.registry
        )

    def letter(self, fate: Fate) -> None:
        """An attempt ended: sent, failed, held, or queued again. What was not tried is none."""
        if fate.tried:
            self._letters.labels(fate.state).inc()
        if fate.doubts:
            self._doubts.inc()

    def at_rest(self, state: str) -> None:
        """A letter came to rest without being tried: suppressed or held."""
        self._letters.labels(state).inc()

    def throttled(self, why: str) -> None:
        """A letter has to wait for its domain."""
        self._throttled.labels(why).inc()

    def bounce(self, noted: str) -> None:
        """A message came in through a door for bounces."""
        self._bounces.labels(noted).inc()

    def transaction(self, seconds: float) -> None:
        """A mail transaction took so long."""
        self._seconds.observe(seconds)

    def counted(self, counts: Counts, now: datetime) -> None:
        """The ledger was counted."""
        self._backlog.labels("contact").set(counts.waiting)
        self._backlog.labels("worker").set(counts.due)
        self._backlog.labels("its time").set(counts.later)
        self._backlog.labels("an operator").set(counts.held)
        self._stuck.set(counts.failed)
        self._paused.set(counts.pauses)
        since = counts.waiting_since
        self._waiting.set(0 if since is None else max(0.0, (now - since).total_seconds()))
