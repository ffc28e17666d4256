"""The queue and its claims in memory: what waits is what the core says of the events that a test told."""

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from console.core.projection import project
from console.core.reviews import Counted, Standing, Waiting, Wanted, Word, waits
from console.store.claims import HELD, LONGEST, SENT, SKIPPED, Claim
from console.store.reviews import Spot
from hiring.events.command import ReviewGiven, ReviewRequested
from hiring.events.decision import DecisionMade

from .asked_in_memory import AskedInMemory
from .happened import happening, id_of, minute

if TYPE_CHECKING:
    from .site import Model


class ReviewsInMemory:
    """What the pages read of the queue, and where they claim."""

    def __init__(self, model: "Model", asked: AskedInMemory) -> None:
        self.model = model
        self.asked = asked
        self.now = minute(100)
        self.claimed: dict[UUID, tuple[str, datetime, datetime, UUID | None]] = {}
        self.put_back: dict[tuple[str, UUID], datetime] = {}

    async def queue(self, wanted: Wanted, after: Spot, most: int) -> list[tuple[Waiting, str | None]]:
        found = [it for it in self._queue(wanted) if (it.since, it.application_id) > after][:most]
        return [(it, self._by(it.application_id)) for it in found]

    async def counted(self) -> list[Counted]:
        sizes = Counter((it.programme, it.track, it.reason) for it in self._queue(Wanted()))
        return [Counted(*key, n, minute(0)) for key, n in sizes.items()]

    async def answering(self) -> int:
        return sum(it.answering for it in self._all())

    async def waiting(self, application: UUID) -> Waiting | None:
        return next((it for it in self._all() if it.application_id == application), None)

    async def given(self, by: str, since: datetime) -> int:
        sent = [it for _, it, _ in self.asked.sent if isinstance(it, ReviewGiven) and it.by == by and it.at >= since]
        return sum(not any(a.refusal for a in self.asked.answered.get(it.command_id, [])) for it in sent)

    async def next(self, by: str, wanted: Wanted) -> UUID | None:
        for it in self._queue(wanted):
            claim = self.claimed.get(it.application_id)
            theirs = claim and claim[2] > self.now and (claim[0] != by or claim[3] == it.decision_id)
            if not theirs and self.put_back.get((by, it.application_id), self.now) <= self.now:
                await self.take(it.application_id, by)
                return it.application_id
        return None

    async def take(self, application: UUID, by: str) -> Claim | None:
        if self._by(application) in (None, by):
            mine = [id_ for id_, it in self.claimed.items() if it[0] == by and it[3] is None and id_ != application]
            for id_ in mine:
                del self.claimed[id_]
            self.claimed[application] = (by, self.now, self.now + HELD, None)
        return await self.holder(application)

    async def holder(self, application: UUID) -> Claim | None:
        by = self._by(application)
        return None if by is None else Claim(by, self.claimed[application][2])

    async def renew(self, application: UUID, by: str) -> Claim | None:
        claim = self.claimed.get(application)
        if claim and claim[0] == by and claim[3] is None and claim[1] > self.now - LONGEST:
            self.claimed[application] = (by, claim[1], self.now + HELD, None)
        return await self.holder(application)

    async def release(self, application: UUID, by: str) -> None:
        if self._by(application) == by and self.claimed[application][3] is None:
            del self.claimed[application]

    async def sent(self, application: UUID, by: str, decision: UUID) -> None:
        self.claimed[application] = (by, self.now, self.now + SENT, decision)

    async def skip(self, application: UUID, by: str) -> None:
        await self.release(application, by)
        self.put_back[by, application] = self.now + SKIPPED

    async def skipped(self, by: str, wanted: Wanted) -> int:
        waiting = {it.application_id for it in self._queue(wanted)}
        return sum(who == by and id_ in waiting and at > self.now for (who, id_), at in self.put_back.items())

    async def unskip(self, by: str) -> None:
        self.put_back = {key: at for key, at in self.put_back.items() if key[0] != by}

    def pass_time(self, of: timedelta) -> None:
        """Let time pass."""
        self.now += of

    def _by(self, application: UUID) -> str | None:
        claim = self.claimed.get(application)
        return claim[0] if claim and claim[2] > self.now else None

    def _queue(self, wanted: Wanted) -> list[Waiting]:
        return [it for it in self._all() if wanted.fits(it) and not it.answering]

    def _all(self) -> list[Waiting]:
        events = [happening(n, event) for n, event in self.model.events]
        decisions = {event.decision_id: event for _, event in self.model.events if isinstance(event, DecisionMade)}
        found = []
        for id_, it in project({}, {}, events).standings.items():
            if it is None or it.submitted_at is None or it.decision_id is None:
                continue
            decision = decisions[it.decision_id]
            reason = decision.reasons[0].rule if decision.reasons else None
            standing = Standing(
                id_,
                it.decision_id,
                it.programme or "",
                it.track,
                decision.outcome,
                decision.cause,
                reason,
                decision.decided_at,
                it.submitted_at,
                it.withdrawn_at,
            )
            found.append(waits(standing, self._words(id_)))
        return sorted((it for it in found if it), key=lambda it: (it.since, it.application_id))

    def _words(self, application: UUID) -> list[Word]:
        told = [event for n, event in self.model.events if id_of(n) == application]
        told += [it for _, it, _ in self.asked.sent if getattr(it, "application_id", None) == application]  # type: ignore[misc]
        words = []
        for it in told:
            if isinstance(it, ReviewGiven | ReviewRequested):
                answers = self.asked.answered.get(it.command_id, [])
                refused = any(answer.refusal for answer in answers)
                words.append(Word(type(it).__name__, it.decision_id, it.at, bool(answers), refused))
        return words
