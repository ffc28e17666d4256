"""GET /  the drive at a glance; GET /live streams its figures."""

from collections.abc import AsyncIterator
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.core.glance import Glance
from console.web.access import Visit
from console.web.answering import Answering
from console.web.gauges import gauges_told
from console.web.letters import paused


class GlancePage:
    """The first page."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """The page and its stream."""
        seen = self._answering.seen
        return [Route("/", seen(self._show), methods=["GET"]), Route("/live", seen(self._stream), methods=["GET"])]

    async def _show(self, visit: Visit) -> Response:
        glance = await self._answering.parts.live.now()
        told = {**_chosen(glance, visit), **gauges_told(self._answering.parts.gauges)}
        return await self._answering.page("glance", visit, paused=await paused(self._answering.parts.asked), **told)

    async def _stream(self, visit: Visit) -> Response:
        live, answering = self._answering.parts.live, self._answering

        async def fragments() -> AsyncIterator[ServerSentEvent]:
            async for glance in live.changes():
                if answering.access.visit(visit.request) is None:
                    return
                stopped = await paused(answering.parts.asked)
                told = {"glance": glance, "paused": stopped, **_chosen(glance, visit)}
                yield ServerSentEvent(answering.rendering.render("figures", visit.language, **told), event="figures")

        return EventSourceResponse(fragments(), ping=15)


def _chosen(glance: Glance, visit: Visit) -> dict[str, Any]:
    """The figures of the programme that was chosen, or of all."""
    programme = visit.request.query_params.get("programme", "")
    if programme not in glance.programmes:
        programme = ""
    return {"programme": programme, "figures": glance.programmes[programme] if programme else glance.all}
