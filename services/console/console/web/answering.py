"""How every page is answered: to who may see it, with what all pages have, in plain words where something is wrong."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiokafka.errors import KafkaError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.accounts.file import AccountsError
from console.accounts.roles import Role
from console.accounts.sessions import same
from console.asking import Asking, command
from console.core.gauges import Gauges
from console.store.asked import refusal_of
from console.web.access import Access, Visit, language_of, same_origin
from console.web.live import Live
from console.web.parts import (
    AskedModel,
    BrowsingModel,
    ClaimModel,
    FailingModel,
    LettersModel,
    PoliciesModel,
    ReadModel,
    Records,
    ReviewModel,
    TrialsModel,
)
from console.web.rendering import Rendering
from console.web.requests import LARGEST_FORM, here, small, with_done
from hiring.events.command import Command
from hiring.faults import is_transient, is_unstorable

log = logging.getLogger(__name__)

Act = Callable[[Visit], Awaitable[Response]]


class NotFound(Exception):
    """There is nothing at this address."""


class Unavailable(Exception):
    """Something the page needs is away for the moment."""


class Unsent(Exception):
    """The broker has not said that it has a command: it may have it all the same."""


class NotYours(Exception):
    """The role of who asks may not do that."""


class Incomplete(Exception):
    """A form says too little or too much; the sentence of this key tells what."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the pages show and do: there once the database and the broker were reached."""

    model: ReadModel
    browsing: BrowsingModel
    asked: AskedModel
    policies: PoliciesModel
    trials: TrialsModel
    letters: LettersModel
    records: Records
    failing: FailingModel
    live: Live
    gauges: Gauges
    asking: Asking
    reviews: ReviewModel
    claims: ClaimModel


class Answering:
    """Turns what a page does into a route's endpoint; until it is connected it asks to try again."""

    def __init__(self, access: Access, rendering: Rendering) -> None:
        self.access = access
        self.rendering = rendering
        self._parts: Parts | None = None

    def connect(self, parts: Parts) -> None:
        """Answer from here on."""
        self._parts = parts

    def close(self) -> None:
        """End what streams."""
        if self._parts is not None:
            self._parts.live.close()

    @property
    def parts(self) -> Parts:
        """What there is to show. Raises Unavailable before it is there."""
        if self._parts is None:
            raise Unavailable
        return self._parts

    def open(
        self, act: Callable[[Request], Awaitable[Response]], largest: int = LARGEST_FORM
    ) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint for anybody; a form of more than `largest` bytes is not read."""

        async def answer(request: Request) -> Response:
            try:
                if request.method == "POST" and not small(request, largest):
                    return self._message(request, None, "forged", 413)
                return await act(request)
            except NotFound:
                return self._message(request, self.access.visit(request), "not_found", 404)
            except NotYours:
                return self._message(request, self.access.visit(request), "not_yours", 403)
            except Incomplete as error:
                return self._message(request, self.access.visit(request), str(error), 400)
            except Unsent:
                return self._message(request, self.access.visit(request), "unsent", 503)
            except AccountsError as error:
                log.error("the accounts are not usable", extra={"why": str(error)})
                return self._message(request, None, "unavailable", 503)
            except Exception as error:
                if is_unstorable(error):
                    # Something in the address is no text, or no number, that a database can look for.
                    return self._message(request, self.access.visit(request), "not_found", 404)
                if not (isinstance(error, Unavailable | KafkaError) or is_transient(error)):
                    raise
                log.warning("a page could not be made", extra={"fault": type(error).__name__})
                return self._message(request, self.access.visit(request), "unavailable", 503)

        return answer

    def seen(
        self, act: Act, roles: frozenset[Role] | None = None, *, largest: int = LARGEST_FORM, files: int = 0
    ) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint for who is logged in, in one of these roles; what a form sends must come from our own page."""

        async def answer(request: Request) -> Response:
            visit = self.access.visit(request)
            if visit is None:
                if request.url.path == "/gauges" and "hx-request" in request.headers:
                    # A form does not belong in a part: the page around it is opened anew, and leads there.
                    return Response(status_code=401, headers={"HX-Refresh": "true"})
                # A stream cannot follow to a form.
                return Response(status_code=401) if request.url.path == "/live" else self.access.to_login(request)
            if request.method == "POST":
                form = await request.form(max_files=files, max_fields=20, max_part_size=largest)
                if not same(form.get("token"), visit.session.token) or not same_origin(request):
                    return self._message(request, visit, "forged", 403)
            if roles is not None and visit.session.role not in roles:
                raise NotYours
            return await act(visit)

        return self.open(answer, largest)

    async def page(self, template: str, visit: Visit, status: int = 200, **told: Any) -> Response:
        """A page, with the command that the address says was just given, and what became of it."""
        known = {
            "visit": visit,
            "here": here(visit.request),
            "glance": await self.parts.live.now(),
            "done": await self._done(visit),
        }
        return HTMLResponse(self.rendering.render(template, visit.language, **known, **told), status)

    async def ask(self, visit: Visit, type_: str, kind: type[Command], key: str, to: str, **about: Any) -> Response:
        """Publish the command that a form asks for, with its `why`; go on to the page `to`, which tells the answer.

        `{command}` in `to` stands for the command's id. Raises Incomplete where the form says too little, Unsent.
        """
        form = await visit.form()
        why = form.get("why")
        if not isinstance(why, str) or not why.strip():
            raise Incomplete("no_why")
        try:
            asked = command(kind, visit.session.name, why, **about)
        except ValidationError:
            raise Incomplete("incomplete") from None
        try:
            await self.parts.asking.ask(type_, asked, key)
        except (KafkaError, TimeoutError):
            raise Unsent from None
        return RedirectResponse(with_done(to.replace("{command}", str(asked.command_id)), asked.command_id), 303)

    async def _done(self, visit: Visit) -> dict[str, Any] | None:
        try:
            id_ = UUID(visit.request.query_params.get("done", ""))
        except ValueError:
            return None
        answers = await self.parts.asked.answers(id_)
        note = next((it.note for it in answers if it.note), None)
        return {"id": id_, "answered": bool(answers), "refusal": refusal_of(answers), "note": note}

    def _message(self, request: Request, visit: Visit | None, what: str, status: int) -> Response:
        page = self.rendering.render("message", language_of(request), visit=visit, here=here(request), what=what)
        return HTMLResponse(page, status)
