"""What screening counts beside the batch loop: decisions by outcome, and which policies judge now."""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from screening.in_force import NONE, Programmes
from screening.stored_decision import StoredDecision


class DecisionMetrics:
    """Counts decisions as they are handed on. A record that is read again counts again."""

    def __init__(self, registry: CollectorRegistry, programmes: Callable[[], Programmes]) -> None:
        self._decisions = Counter("hiring_decisions", "Decisions, by outcome", ["outcome"], registry=registry)
        registry.register(_PoliciesInForce(programmes))

    def decided(self, decisions: Iterable[StoredDecision]) -> None:
        """These are stored, and will be published."""
        for outcome, many in Tally(decision.outcome for decision in decisions).items():
            self._decisions.labels(outcome).inc(many)


class _PoliciesInForce(Collector):
    """The policy of each programme that judges what is submitted now, asked for at the scrape: a policy comes into
    force at its time, and nothing else happens then."""

    def __init__(self, programmes: Callable[[], Programmes]) -> None:
        self._programmes = programmes

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = GaugeMetricFamily(
            "hiring_policy_info",
            "1 for the policy that judges what is submitted now",
            labels=["programme", "policy", "version", "digest"],
        )
        approved, now = self._programmes(), datetime.now(UTC)
        for programme in sorted({one.programme for one in approved.each()}):
            if (active := approved.policy(programme, now)) is not NONE:
                named = active.named
                found.add_metric([programme, named.name, named.version, named.digest], 1)
        yield found
