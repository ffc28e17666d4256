"""GET  /reviews        what waits for a person, the longest first; ?programme=…&track=…&reason=… filters, and stays on
GET  /reviews/next   claims the longest waiting that nobody looks at, and goes there
POST /reviews/again  what was skipped comes back to its place; then as next
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.accounts.roles import REVIEWS
from console.core.reviews import Wanted, age, choices
from console.store.reviews import Spot
from console.web.access import Visit
from console.web.answering import Answering

PAGE = 50
_FIRST = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


class ReviewPages:
    """The queue, and the way to the next in it."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """The list is for everybody, the rest for who decides."""
        seen = self._answering.seen
        return [
            Route("/reviews", seen(self._list), methods=["GET"]),
            Route("/reviews/next", seen(self._next, REVIEWS), methods=["GET"]),
            Route("/reviews/again", seen(self._again, REVIEWS), methods=["POST"]),
        ]

    async def _list(self, visit: Visit) -> Response:
        parts, wanted = self._answering.parts, wanted_by(visit)
        found = await parts.reviews.queue(wanted, _spot(visit.request.query_params.get("after", "")), PAGE + 1)
        counted = await parts.reviews.counted()
        last = found[PAGE - 1][0] if len(found) > PAGE else None
        told: dict[str, Any] = {
            "waiting": found[:PAGE],
            "n": sum(it.n for it in counted if wanted.fits(it)),
            "choices": choices(counted, wanted),
            "after": f"{last.since.isoformat()}~{last.application_id}" if last else None,
            "answering": await parts.reviews.answering(),
            "given": await given_today(self._answering, visit) if visit.reviews else 0,
        }
        return await self._answering.page("reviews", visit, **told, **around(wanted))

    async def _next(self, visit: Visit) -> Response:
        parts, wanted = self._answering.parts, wanted_by(visit)
        found = await parts.claims.next(visit.session.name, wanted)
        if found is not None:
            done = visit.request.query_params.get("done")
            return RedirectResponse(f"/reviews/{found}{query(wanted, done=done)}", 303)
        told: dict[str, Any] = {
            "skipped": await parts.claims.skipped(visit.session.name, wanted),
            "given": await given_today(self._answering, visit),
            "last": await last_verdict(self._answering, visit),
        }
        return await self._answering.page("review_none", visit, **told, **around(wanted))

    async def _again(self, visit: Visit) -> Response:
        await self._answering.parts.claims.unskip(visit.session.name)
        return RedirectResponse(f"/reviews/next{query(wanted_by(visit))}", 303)


def wanted_by(visit: Visit) -> Wanted:
    """What the address says is wanted."""
    return Wanted(*(visit.request.query_params.get(name) or None for name in Wanted._fields))


def query(wanted: Wanted, **more: str | None) -> str:
    """The same, for an address."""
    said = {name: value for name, value in {**wanted._asdict(), **more}.items() if value}
    return f"?{urlencode(said)}" if said else ""


def around(wanted: Wanted) -> dict[str, Any]:
    """What every page of reviews needs."""
    return {"wanted": wanted, "query": query, "age": age, "now": datetime.now(UTC)}


async def given_today(answering: Answering, visit: Visit) -> int:
    """How many verdicts the reviewer gave since midnight, UTC."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return await answering.parts.reviews.given(visit.session.name, midnight)


async def last_verdict(answering: Answering, visit: Visit) -> str | None:
    """What was decided by the command that the address says was just given; None where it is not known here yet."""
    try:
        known = await answering.parts.asked.command(UUID(visit.request.query_params.get("done", "")))
    except ValueError:
        return None
    return known.asked.about.get("verdict") if known else None


def _spot(text: str) -> Spot:
    """Where the list goes on; from the longest waiting where that is not told."""
    try:
        at, id_ = text.split("~")
        return datetime.fromisoformat(at).astimezone(UTC), UUID(id_)
    except (ValueError, OverflowError):
        return _FIRST
