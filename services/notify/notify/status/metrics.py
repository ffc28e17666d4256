"""What is counted of the candidate's pages. No label holds anything of a candidate or an address."""

from prometheus_client import CollectorRegistry, Counter

from notify.status.tokens import Wish


class PageMetrics:
    """Answers by their status, and wishes that were handed to Kafka."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answers = Counter(
            "hiring_status_pages", "Answers of the candidates' pages by HTTP status", ["status"], registry=registry
        )
        self._wishes = Counter(
            "hiring_status_wishes", "Wishes that candidates gave on their pages", ["wish"], registry=registry
        )

    def answered(self, status: int) -> None:
        """A page was answered."""
        self._answers.labels(str(status)).inc()

    def wished(self, wish: Wish) -> None:
        """A wish is in Kafka."""
        self._wishes.labels(wish).inc()
