"""GET /applications finds one by ?id=… or ?source=…&id=…; GET /applications/{id} shows it, explained."""

from uuid import UUID

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.web.access import Visit
from console.web.answering import Answering, NotFound
from hiring.identity import application_id


class ApplicationPages:
    """Finding an application, and its facts, its decision and its history."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """Both pages."""
        seen = self._answering.seen
        return [
            Route("/applications", seen(self._find), methods=["GET"]),
            Route("/applications/{id}", seen(self._show), methods=["GET"]),
        ]

    async def _find(self, visit: Visit) -> Response:
        asked, page = visit.request.query_params, self._answering.page
        id_, source = asked.get("id", "").strip(), asked.get("source", "").strip()
        if not id_:
            return await page("find", visit, id=id_, source=source, problem=None)
        try:
            found = application_id(source, id_) if source else UUID(id_)
        except ValueError:
            return await page("find", visit, 404, id=id_, source=source, problem="find.no_id")
        if await self._answering.parts.model.application(found) is None:
            return await page("find", visit, 404, id=id_, source=source, problem="find.unknown")
        return RedirectResponse(f"/applications/{found}", 303)

    async def _show(self, visit: Visit) -> Response:
        try:
            known = await self._answering.parts.model.application(UUID(visit.request.path_params["id"]))
        except ValueError:
            raise NotFound from None
        if known is None:
            raise NotFound
        return await self._answering.page("application", visit, it=known)
