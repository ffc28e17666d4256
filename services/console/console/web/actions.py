"""GET /actions  who asked for what, when and why, and what became of it: the latest first."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.web.access import Visit
from console.web.answering import Answering
from console.web.requests import id_place, id_place_text

PAGE = 50


class ActionsPage:
    """Every command, for who must answer for the drive."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """The page."""
        return [Route("/actions", self._answering.seen(self._list), methods=["GET"])]

    async def _list(self, visit: Visit) -> Response:
        before = id_place(visit.request.query_params.get("before", ""))
        found = await self._answering.parts.asked.latest(before, PAGE + 1)
        last = found[PAGE - 1].asked if len(found) > PAGE else None
        older = id_place_text(last.at, last.command_id) if last else None
        return await self._answering.page("actions", visit, actions=found[:PAGE], older=older)
