"""GET /applications       those there are, by ?programme|outcome|track|unit|letter|withdrawn=…, ?order=newest|oldest
GET /applications?id=…  finds one; with ?source=…, by what that HR system calls it
GET /applications/{id}  shows one, explained
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import QueryParams
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.core.browsing import BEGINNING, Filters, Order, Spot, UnknownFilter, asked_for, choices, matching
from console.web.access import Visit
from console.web.answering import Answering, NotFound
from console.web.requests import id_place, id_place_text
from hiring.identity import application_id

PAGE = 50


class ApplicationPages:
    """Browsing and finding applications, and of one its facts, its decision and its history."""

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
        asked = visit.request.query_params
        id_, source = asked.get("id", "").strip(), asked.get("source", "").strip()
        if not id_:
            return await self._browse(visit, asked, source)
        try:
            found = application_id(source, id_) if source else UUID(id_)
        except ValueError:
            return await self._not_found(visit, id_, source, "find.no_id")
        if await self._answering.parts.model.application(found) is None:
            return await self._not_found(visit, id_, source, "find.unknown")
        return RedirectResponse(f"/applications/{found}", 303)

    async def _not_found(self, visit: Visit, id_: str, source: str, problem: str) -> Response:
        return await self._answering.page(
            "find", visit, 404, id=id_, source=source, problem=problem, focus=True, unknown=None
        )

    async def _browse(self, visit: Visit, asked: QueryParams, source: str) -> Response:
        told: dict[str, Any] = {"id": "", "source": source, "problem": None, "focus": not asked, "unknown": None}
        try:
            filters, order = asked_for(asked)
        except UnknownFilter as unknown:
            return await self._answering.page("find", visit, 400, **told | {"unknown": unknown})
        after = id_place(asked.get("after", ""), BEGINNING[order])
        found = await self._answering.parts.browsing.browse(filters, order, after, PAGE + 1)
        last = found.listed[PAGE - 1] if len(found.listed) > PAGE else None
        told |= {
            "filters": filters,
            "order": order,
            "choices": choices(found.cells, filters),
            "n": sum(it.n for it in matching(found.cells, filters)),
            "listed": found.listed[:PAGE],
            "begins": after == BEGINNING[order],
            "further": last and address(filters, order, (last.submitted_at, last.application_id)),
            "address": address,
        }
        return await self._answering.page("browse", visit, **told)

    async def _show(self, visit: Visit) -> Response:
        try:
            known = await self._answering.parts.model.application(UUID(visit.request.path_params["id"]))
        except ValueError:
            raise NotFound from None
        if known is None:
            raise NotFound
        return await self._answering.page("application", visit, it=known)


def address(filters: Filters, order: Order = "newest", after: Spot | None = None) -> str:
    """Where those applications are listed, in that order, from a place on."""
    said = {name: value for name, value in filters._asdict().items() if value is not None}
    if order != "newest":
        said["order"] = order
    if after is not None:
        said["after"] = id_place_text(*after)
    return f"/applications{'?' if said else ''}{urlencode(said)}#list"
