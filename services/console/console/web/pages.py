"""The console over HTTP. Looking is a GET; nothing here changes anything but who is logged in.

GET  /                                  the drive at a glance; /live streams its figures
GET  /applications                      find one: ?id=… or ?source=…&id=…
GET  /applications/{id}                 its facts, its decision explained, its history
GET  /dead-letters                      by topic and reason; ?topic=…&flaw=… lists one group
GET  /dead-letters/{partition}/{offset} one of them; operators see the record
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from aiokafka.errors import KafkaError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.accounts.file import AccountsError
from console.accounts.sessions import same
from console.core.glance import Glance
from console.dead_letter_record import DeadRecord
from console.store.reading import Dead, Group, Known
from console.web import assets
from console.web.access import Access, Visit, language_of, same_origin
from console.web.live import Live
from console.web.rendering import Rendering
from console.web.requests import here, place, place_text, small
from hiring.faults import is_transient
from hiring.identity import application_id

log = logging.getLogger(__name__)

PAGE = 50


class ReadModel(Protocol):
    """What the pages need of the read model."""

    async def glance(self) -> Glance: ...
    async def application(self, id_: UUID) -> Known | None: ...
    async def groups(self) -> list[Group]: ...
    async def dead_of(self, topic: str, flaw: str, before: tuple[datetime, int, int], most: int) -> list[Dead]: ...
    async def dead(self, partition: int, offset: int) -> Dead | None: ...


class Records(Protocol):
    """What the pages need of the topic of dead letters."""

    async def fetch(self, partition: int, offset: int) -> DeadRecord | None: ...


class NotFound(Exception):
    """There is nothing at this address."""


class Unavailable(Exception):
    """Something the page needs is away for the moment."""


class Pages:
    """Answers for the pages; until it is connected it asks to try again."""

    def __init__(self, access: Access, rendering: Rendering) -> None:
        self._access = access
        self._rendering = rendering
        self._connected: tuple[ReadModel, Records, Live] | None = None

    def connect(self, model: ReadModel, records: Records) -> None:
        """Answer from here on."""
        self._connected = (model, records, Live(model.glance))

    def close(self) -> None:
        """End what streams."""
        if self._connected is not None:
            self._connected[2].close()

    def routes(self) -> list[BaseRoute]:
        """The routes; each but those of logging in is for who is logged in."""
        open_, seen = self._open, self._seen
        return [
            Route("/static/{name}", assets.serve),
            Route("/login", open_(self._access.show_login), methods=["GET"]),
            Route("/login", open_(self._access.log_in), methods=["POST"]),
            Route("/language/{language}", open_(self._access.choose_language), methods=["GET"]),
            Route("/logout", seen(self._access.log_out), methods=["POST"]),
            Route("/", seen(self._glance), methods=["GET"]),
            Route("/live", seen(self._stream), methods=["GET"]),
            Route("/applications", seen(self._find), methods=["GET"]),
            Route("/applications/{id}", seen(self._application), methods=["GET"]),
            Route("/dead-letters", seen(self._dead_letters), methods=["GET"]),
            Route("/dead-letters/{partition:int}/{offset:int}", seen(self._dead_letter), methods=["GET"]),
            Route("/{anything:path}", seen(_nothing), methods=["GET"]),
        ]

    # -- who may, and what is answered where something is wrong --------------------------------------------

    def _seen(self, act: Callable[[Visit], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            visit = self._access.visit(request)
            if visit is None:
                # A stream cannot follow to a form.
                return Response(status_code=401) if request.url.path == "/live" else self._access.to_login(request)
            if request.method == "POST":
                form = await request.form(max_files=0, max_fields=20)
                if not same(form.get("token"), visit.session.token) or not same_origin(request):
                    return self._message(request, visit, "forged", 403)
            return await act(visit)

        return self._open(answer)

    def _open(self, act: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                if request.method == "POST" and not small(request):
                    return self._message(request, None, "forged", 413)
                return await act(request)
            except NotFound:
                return self._message(request, self._access.visit(request), "not_found", 404)
            except AccountsError as error:
                log.error("the accounts are not usable", extra={"why": str(error)})
                return self._message(request, None, "unavailable", 503)
            except Exception as error:
                if not (isinstance(error, Unavailable) or is_transient(error)):
                    raise
                log.warning("a page could not be made", extra={"fault": type(error).__name__})
                return self._message(request, self._access.visit(request), "unavailable", 503)

        return answer

    def _message(self, request: Request, visit: Visit | None, what: str, status: int) -> Response:
        page = self._rendering.render("message", language_of(request), visit=visit, here=here(request), what=what)
        return HTMLResponse(page, status)

    async def _page(self, template: str, visit: Visit, status: int = 200, **told: Any) -> Response:
        glance = await self._ready[2].now()
        known = {"visit": visit, "here": here(visit.request), "glance": glance}
        return HTMLResponse(self._rendering.render(template, visit.language, **known, **told), status)

    @property
    def _ready(self) -> tuple[ReadModel, Records, Live]:
        if self._connected is None:
            raise Unavailable
        return self._connected

    # -- the pages -----------------------------------------------------------------------------------------

    async def _glance(self, visit: Visit) -> Response:
        glance = await self._ready[2].now()
        return await self._page("glance", visit, **_chosen(glance, visit))

    async def _stream(self, visit: Visit) -> Response:
        live = self._ready[2]

        async def fragments() -> AsyncIterator[ServerSentEvent]:
            async for glance in live.changes():
                if self._access.visit(visit.request) is None:
                    return
                shown = self._rendering.render("figures", visit.language, glance=glance, **_chosen(glance, visit))
                yield ServerSentEvent(shown, event="figures")

        return EventSourceResponse(fragments(), ping=15)

    async def _find(self, visit: Visit) -> Response:
        asked = visit.request.query_params
        id_, source = asked.get("id", "").strip(), asked.get("source", "").strip()
        if not id_:
            return await self._page("find", visit, id=id_, source=source, problem=None)
        try:
            found = application_id(source, id_) if source else UUID(id_)
        except ValueError:
            return await self._page("find", visit, 404, id=id_, source=source, problem="find.no_id")
        if await self._ready[0].application(found) is None:
            return await self._page("find", visit, 404, id=id_, source=source, problem="find.unknown")
        return RedirectResponse(f"/applications/{found}", 303)

    async def _application(self, visit: Visit) -> Response:
        try:
            known = await self._ready[0].application(UUID(visit.request.path_params["id"]))
        except ValueError:
            raise NotFound from None
        if known is None:
            raise NotFound
        return await self._page("application", visit, it=known)

    async def _dead_letters(self, visit: Visit) -> Response:
        model, asked = self._ready[0], visit.request.query_params
        if "topic" not in asked:
            return await self._page("dead_letters", visit, groups=await model.groups())
        topic, flaw = asked["topic"], asked.get("flaw", "")
        if not (topic + flaw).isprintable():
            raise NotFound
        letters = await model.dead_of(topic, flaw, place(asked.get("before", "")), PAGE + 1)
        last = letters[PAGE - 1] if len(letters) > PAGE else None
        before = place_text(last.failed_at, last.partition, last.offset) if last else None
        return await self._page("dead_group", visit, topic=topic, flaw=flaw, letters=letters[:PAGE], before=before)

    async def _dead_letter(self, visit: Visit) -> Response:
        model, records, _ = self._ready
        partition, offset = visit.request.path_params["partition"], visit.request.path_params["offset"]
        if partition >= 2**31 or offset >= 2**63:
            raise NotFound
        letter = await model.dead(partition, offset)
        if letter is None:
            raise NotFound
        record, away = None, False
        if visit.sees_dead_letters:
            log.info(
                "a dead letter's record is shown",
                extra={"account": visit.session.name, "partition": partition, "offset": offset},
            )
            try:
                record = await records.fetch(partition, offset)
            except (KafkaError, TimeoutError, OSError) as error:
                log.warning("a dead letter cannot be fetched", extra={"fault": type(error).__name__})
                away = True
        return await self._page("dead_letter", visit, it=letter, record=record, away=away)


async def _nothing(_: Visit) -> Response:
    raise NotFound


def _chosen(glance: Glance, visit: Visit) -> dict[str, Any]:
    """The figures of the programme that was chosen, or of all."""
    programme = visit.request.query_params.get("programme", "")
    if programme not in glance.programmes:
        programme = ""
    return {"programme": programme, "figures": glance.programmes[programme] if programme else glance.all}
