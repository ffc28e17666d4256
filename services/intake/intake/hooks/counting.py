"""What is counted of webhooks. No label holds personal data: sources and targets are names an operator gave."""

from prometheus_client import CollectorRegistry, Counter


class HookMetrics:
    """Deliveries by what became of them, and facts that stood in a payload and could not be read."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._deliveries = Counter(
            "hiring_hook_deliveries",
            "Deliveries by webhook, by what became of them",
            ["system", "source", "outcome"],
            registry=registry,
        )
        self._unread = Counter(
            "hiring_hook_facts_unread",
            "Facts in deliveries that could not be read, and are unknown",
            ["system", "source", "target"],
            registry=registry,
        )

    def delivery(self, system: str, source: str, outcome: str) -> None:
        """One more ended so: `accepted`, `ping`, `passed-over`, `set-aside`, or the class of the problem."""
        self._deliveries.labels(system, source, outcome).inc()

    def unread(self, system: str, source: str, target: str) -> None:
        """One more value for this target could not be read."""
        self._unread.labels(system, source, target).inc()
