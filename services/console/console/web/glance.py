"""GET /  the drive at a glance; GET /live streams its figures."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.core.browsing import BEGINNING, UNDECIDED, Filters
from console.core.glance import Glance
from console.core.reviews import NO_POLICY, Wanted
from console.web.access import Visit
from console.web.answering import Answering, Parts
from console.web.applications import address
from console.web.gauges import gauges_told
from console.web.letters import paused
from console.web.reviews import query

# Longer than any application waits for a screening that has nothing else to do.
_LONG = timedelta(minutes=5)


class GlancePage:
    """The first page."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """The page and its stream."""
        seen = self._answering.seen
        return [Route("/", seen(self._show), methods=["GET"]), Route("/live", seen(self._stream), methods=["GET"])]

    async def _show(self, visit: Visit) -> Response:
        parts = self._answering.parts
        told = await _told(parts, await parts.live.now(), visit) | gauges_told(parts.gauges)
        return await self._answering.page("glance", visit, **told)

    async def _stream(self, visit: Visit) -> Response:
        parts, answering = self._answering.parts, self._answering

        async def fragments() -> AsyncIterator[ServerSentEvent]:
            async for glance in parts.live.changes():
                if answering.access.visit(visit.request) is None:
                    return
                told = {"glance": glance, **await _told(parts, glance, visit)}
                yield ServerSentEvent(answering.rendering.render("figures", visit.language, **told), event="figures")

        return EventSourceResponse(fragments(), ping=15)


async def _told(parts: Parts, glance: Glance, visit: Visit) -> dict[str, Any]:
    """The figures of the programme that was chosen, or of all; where each is listed; what is paused and what is stuck.

    `listed` gives the address of a list by its filters; `without_policy` are programme, number and address of a list.
    """
    programme = visit.request.query_params.get("programme", "")
    if programme not in glance.programmes:
        programme = ""
    only = Filters(programme or None)
    figures = glance.programmes[programme] if programme else glance.all

    def listed(order: Any = "newest", **filters: str) -> str:
        return address(only._replace(**filters), order)

    return {
        "programme": programme,
        "figures": figures,
        "listed": listed,
        "without_policy": [
            (name, n, f"/reviews{query(Wanted(name, reason=NO_POLICY))}")
            for name, n in sorted(glance.no_policy.items())
            if programme in ("", name)
        ],
        "paused": await paused(parts.asked),
        "overdue": await _overdue(parts, only) if figures.undecided else None,
    }


async def _overdue(parts: Parts, of: Filters) -> datetime | None:
    """Since when the longest undecided application waits, where that is long though nothing waits to be read."""
    if not parts.gauges.caught_up(("screening", "console")):
        return None
    open_ = of._replace(outcome=UNDECIDED, withdrawn="no")
    found = await parts.browsing.browse(open_, "oldest", BEGINNING["oldest"], 1)
    since = found.listed[0].submitted_at if found.listed else None
    return since if since is not None and datetime.now(UTC) - since > _LONG else None
