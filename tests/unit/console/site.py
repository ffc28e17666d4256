"""The console's pages over a read model in memory."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.middleware import Middleware

from console.accounts.file import Account, Accounts, Passwords, add
from console.accounts.login import Login
from console.accounts.roles import ROLES
from console.accounts.sessions import Sessions
from console.accounts.throttle import Attempts
from console.core.browsing import Filters, Order, Spot
from console.core.gauges import Gauges
from console.core.glance import Counted, Glance, glance
from console.core.happenings import Event
from console.core.projection import Effect, project
from console.dead_letter_record import DeadRecord, shown
from console.store.browsing import Found, Listed
from console.store.failing_again import Later, Origin
from console.store.letters import Stuck
from console.store.reading import Dead, Group, Known
from console.web.access import Access
from console.web.answering import Parts
from console.web.headers import Headers
from console.web.live import Live
from console.web.pages import Pages
from console.web.rendering import Rendering
from hiring.topics import SUBMISSIONS

from .asked_in_memory import AskedInMemory
from .happened import FACTS, happening, id_of, minute
from .reviews_in_memory import ReviewsInMemory

PASSWORD = "correct horse battery"
KEY = "k" * 32
# A hash that takes a millisecond: the tests make dozens.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
VALUE = {"external_id": "42", "applicant": {"name": "王小明", "email": "xm@example.org"}}


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Model:
    """The read model and the topic of dead letters, in memory."""

    def __init__(self) -> None:
        self.events: list[tuple[int, Event]] = []
        self.letters: list[Dead] = []
        self.record: DeadRecord | None = shown(
            b"campus-portal 42",
            [("ce_type", b"hiring.submission.made.v1"), ("dl_flaw", b"x")],
            json.dumps(VALUE).encode(),
        )
        self.rebuilding: datetime | None = None
        self.seats: dict[str, dict[str, int]] = {}
        self.no_policy: dict[str, int] = {}
        self.fault: Exception | None = None
        self.fetched: list[tuple[int, int]] = []
        self.origins: dict[tuple[int, int], Origin] = {}
        self.forgotten: dict[UUID, datetime] = {}

    def tell(self, n: int, *events: Event) -> None:
        self.events += [(n, event) for event in events]

    def bury(self, offset: int, flaw: str = "invalid", topic: str = SUBMISSIONS) -> None:
        detail = "applicant.email: is not an e-mail address"
        self.letters.append(Dead(0, offset, flaw, detail, topic, 3, 100 + offset, "intake", minute(offset), "open"))

    async def glance(self) -> Glance:
        if self.fault:
            raise self.fault
        cells = self._effect().cells
        waiting = Counter[str]()
        for cell, n in cells.items():
            waiting[cell.programme] += n if cell.outcome == "review" and not cell.withdrawn else 0
        return glance(
            [Counted(cell, n) for cell, n in cells.items()],
            changed=len(self.events) + len(self.letters),
            dead=sum(it.state == "open" for it in self.letters),
            last_arrived=minute(0) if self.events else None,
            rebuilding=self.rebuilding,
            left=1234 if self.rebuilding else 0,
            seats=self.seats,
            waiting=waiting,
            no_policy=self.no_policy,
        )

    async def browse(self, filters: Filters, order: Order, after: Spot, most: int) -> Found:
        effect, back = self._effect(), order == "newest"
        listed = [
            Listed(id_, it.source or "", it.submitted_at, cell)
            for id_, it in effect.standings.items()
            if it is not None and (cell := it.cell()) and it.submitted_at and filters.fits(cell)
        ]
        listed.sort(key=lambda it: (it.submitted_at, it.application_id), reverse=back)
        beyond = [it for it in listed if (at := (it.submitted_at, it.application_id)) != after and (at < after) == back]
        return Found(beyond[:most], [Counted(*it) for it in effect.cells.items()])

    def _effect(self) -> Effect:
        return project({}, {}, [happening(n, event) for n, event in self.events])

    async def application(self, id_: UUID) -> Known | None:
        events = [(n, event) for n, event in self.events if id_of(n) == id_]
        effect = project({}, {}, [happening(n, event) for n, event in events])
        standing = effect.standings.get(id_)
        if standing is None or standing.submitted_at is None:
            return None
        decisions = [event for _, event in events if hasattr(event, "outcome")]
        return Known(
            id_,
            standing.source or "",
            standing.programme or "",
            standing.submitted_at,
            FACTS,  # type: ignore[arg-type]
            decisions[-1] if decisions else None,  # type: ignore[arg-type]
            standing.letter,
            standing.withdrawn_at,
            sorted(effect.lines, key=lambda line: line.at),
        )

    async def stuck(
        self, state: str, before: tuple[datetime, UUID], most: int, programme: str | None = None
    ) -> list[Stuck]:
        found = [it for it in self._stuck() if it.state == state and programme in (None, it.programme)]
        found = [it for it in found if (it.since, it.application_id) < before]
        return sorted(found, key=lambda it: (it.since, it.application_id), reverse=True)[:most]

    async def stuck_one(self, application: UUID) -> Stuck | None:
        return next((it for it in self._stuck() if it.application_id == application), None)

    def _stuck(self) -> list[Stuck]:
        standings = self._effect().standings
        return [
            Stuck(id_, it.decision_id, it.programme or "", it.letter, it.letter_at, it.letters[str(it.decision_id)][2])
            for id_, it in standings.items()
            if it is not None and it.decision_id and it.letter_at and it.letter in ("failed", "held")
        ]

    async def groups(self) -> list[Group]:
        found: dict[tuple[str, str], list[Dead]] = {}
        for it in self.letters:
            found.setdefault((it.topic, it.flaw), []).append(it)
        return [
            Group(*key, len(of), of[0].failed_at, of[-1].failed_at, sum(it.state == "open" for it in of))
            for key, of in found.items()
        ]

    async def dead_of(self, topic: str, flaw: str, before: tuple[datetime, int, int], most: int) -> list[Dead]:
        found = [it for it in self.letters if (it.topic, it.flaw) == (topic, flaw)]
        found = [it for it in found if (it.failed_at, it.partition, it.offset) < before]
        return sorted(found, key=lambda it: it.failed_at, reverse=True)[:most]

    async def dead(self, partition: int, offset: int) -> Dead | None:
        return next((it for it in self.letters if (it.partition, it.offset) == (partition, offset)), None)

    async def origin(self, spot: tuple[int, int]) -> Origin | None:
        return self.origins.get(spot)

    async def later(self, spot: tuple[int, int]) -> list[Later]:
        found = [it for it in self.letters if (of := self.origins.get((it.partition, it.offset))) and of[:2] == spot]
        return [Later(it.partition, it.offset, it.failed_at, it.state) for it in found]

    async def among(self, spots: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
        return {it for it in spots if it in self.origins}

    async def forgotten_at(self, application: UUID) -> datetime | None:
        return self.forgotten.get(application)

    async def fetch(self, partition: int, offset: int) -> DeadRecord | None:
        self.fetched.append((partition, offset))
        return self.record


class Site:
    """The pages at `url`, with an account for each role, named as the role."""

    def __init__(self, folder: Path, url: str = "http://console", roles: Iterable[str] = ROLES) -> None:
        self.url = url
        self.accounts = folder / "accounts.json"
        for role in roles:
            add(self.accounts, Account(name=role, role=role, password=QUICK.hash(PASSWORD)))  # type: ignore[arg-type]
        self.clock = Clock()
        self.sessions = Sessions([KEY], timedelta(hours=12))
        rendering = Rendering()
        login = Login(Accounts(self.accounts), self.sessions, Passwords(QUICK), Attempts(self.clock))
        self.pages = Pages(Access(login, rendering, secure=False), rendering)
        self.model = Model()
        self.asked, self.gauges = AskedInMemory(), Gauges()
        self.reviews = ReviewsInMemory(self.model, self.asked)
        self.pages.connect(
            Parts(
                model=self.model,
                browsing=self.model,
                asked=self.asked,
                policies=self.asked,
                trials=self.asked,
                letters=self.model,
                records=self.model,
                failing=self.model,
                live=Live(self.model.glance),
                gauges=self.gauges,
                asking=self.asked,  # type: ignore[arg-type]
                reviews=self.reviews,
                claims=self.reviews,
            )
        )
        self.app = Starlette(routes=self.pages.routes(), middleware=[Middleware(Headers)])
