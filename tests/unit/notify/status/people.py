"""People for tests of their page: letters as the ledger has them, and the page over HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from hiring.events.decision import DecisionMade, PolicyNamed, Reason, Saying
from hiring.events.envelope import Outgoing
from notify.core.plan import says
from notify.ledger.looking import Person, Seen
from notify.stationery import plain_names
from notify.status.metrics import PageMetrics
from notify.status.outlet import Unavailable
from notify.status.routes import StatusPages
from notify.status.tokens import Tokens
from notify.status.writing import Writing

KEY = "a key of the tests that is long enough"
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
REASON = Reason(
    rule="mathematics",
    en="The AI track asks for at least two courses in mathematics.",
    zh="AI方向要求至少两门数学课程。",
    change=Saying(en="1 course in mathematics; needs 2", zh="数学课程 1 门；需 2 门"),
)
WRITING = Writing(plain_names())


def decision(outcome: str, application: UUID | None = None, **more: Any) -> DecisionMade:
    told: dict[str, Any] = {
        "decision_id": uuid4(),
        "application_id": application or uuid4(),
        "candidate_id": "a" * 64,
        "revision": "b" * 64,
        "programme": "ai-internships-2026",
        "policy": PolicyNamed(name="p", version="1", digest="c" * 64),
        "outcome": outcome,
        "reasons": (REASON,) if outcome == "decline" else (),
        "submitted_at": NOW - 10 * DAY,
        "decided_at": NOW - 9 * DAY,
    }
    return DecisionMade.model_validate(told | more)


def letter(made: DecisionMade, state: str = "sent", **more: Any) -> Seen:
    """A letter; one that was sent was so the day before yesterday."""
    sent = (NOW - 2 * DAY,) if state == "sent" else ()
    row: dict[str, Any] = {
        "decision_id": made.decision_id,
        "application_id": made.application_id,
        "outcome": made.outcome,
        "state": state,
        "cause": None,
        "fallen": None,
        "says": says(made),
        "told_at": sent[0] if sent else None,
        "wished_at": made.submitted_at,
        "decided_at": made.decided_at,
        "review_asked_at": None,
        "withdrawn_at": None,
        "sent": sent,
        "decision": made.model_dump_json(),
    }
    return Seen(**(row | more))


def person(*letters: Seen, name: str = "Ada Lovelace", locale: str = "en", time_zone: str | None = None) -> Person:
    return Person(name, locale, time_zone, "ai-internships-2026", letters[0].decided_at, letters)


class Ledger:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.people: dict[UUID, Person] = {}
        self.fault: Exception | None = None

    def add(self, whom: Person) -> UUID:
        """Have their page; returns the decision of their first letter."""
        self.people |= {it.decision_id: whom for it in whom.letters}
        return whom.letters[0].decision_id

    async def person(self, decision: UUID) -> Person | None:
        if self.fault is not None:
            raise self.fault
        return self.people.get(decision)


class Outlet:
    """Kafka in memory, or away."""

    def __init__(self) -> None:
        self.published: list[Outgoing] = []
        self.away = False

    async def publish(self, record: Outgoing) -> None:
        if self.away:
            raise Unavailable
        self.published.append(record)


class Site:
    """The pages of a ledger."""

    def __init__(self, url: str = "http://status.test", days: int = 180) -> None:
        self.ledger, self.outlet, self.registry = Ledger(), Outlet(), CollectorRegistry()
        self.tokens = Tokens([KEY], timedelta(days=days))
        self.pages = StatusPages(self.tokens, url, WRITING, PageMetrics(self.registry))
        self.pages.connect(self.ledger, self.outlet)
        self.app = Starlette(routes=self.pages.routes())
        self.url = url

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=self.url)

    async def get(self, address: str, **headers: str) -> httpx.Response:
        async with self.client() as client:
            return await client.get(address, headers=headers)

    async def post(self, address: str, **headers: str) -> httpx.Response:
        async with self.client() as client:
            return await client.post(address, headers=headers)

    def page(self, whom: Person) -> str:
        """The address of their page."""
        return self.pages.url(self.ledger.add(whom))

    def wish(self, whom: Person, wish: str, of: Callable[[Person], UUID] = lambda it: it.letters[0].decision_id) -> str:
        return f"{self.page(whom)}/{wish}/{of(whom)}"
