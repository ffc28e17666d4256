"""Who is asking: the session of a request, logging in and out, and the forms that carry their token."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.accounts.login import Login, Refused
from console.accounts.organisation import CALLBACK, Organisation
from console.accounts.roles import OPERATES, REVIEWS, SEES_DEAD_LETTERS
from console.accounts.sessions import Session, same
from console.web.login_page import LANGUAGE, SESSION, VISITOR, LoginPage, inside, language_of
from console.web.oidc import PATH, OidcLogin
from console.web.rendering import Rendering
from console.words import LANGUAGES
from hiring.explanation.words import Language

__all__ = ["Access", "Visit", "language_of", "same_origin"]

Answer = Callable[[Request], Awaitable[Response]]

_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is logged in."""

    request: Request
    session: Session
    language: Language

    async def form(self) -> FormData:
        """What the form sent. It was read, within its bounds, when its token was looked at: here it only stands."""
        return await self.request.form()

    @property
    def sees_dead_letters(self) -> bool:
        """Whether the record behind a dead letter is shown."""
        return self.session.role in SEES_DEAD_LETTERS

    @property
    def reviews(self) -> bool:
        """Whether they decide what went to a person."""
        return self.session.role in REVIEWS

    @property
    def operates(self) -> bool:
        """Whether they redrive, pause, propose and approve."""
        return self.session.role in OPERATES


class Access:
    """Answers /login and what is below it, /logout and /language, and tells every other page who asks."""

    def __init__(
        self, login: Login, rendering: Rendering, *, secure: bool, organisation: Organisation | None = None
    ) -> None:
        self._login = login
        self._page = LoginPage(login, rendering, organisation, secure=secure)
        self._oidc = None if organisation is None else OidcLogin(login, organisation, self._page)

    def routes(self, open_: Callable[[Answer], Answer]) -> list[BaseRoute]:
        """What is for who is not logged in; `open_` answers faults."""
        routes: list[BaseRoute] = [
            Route("/login", open_(self.show_login), methods=["GET"]),
            Route("/login", open_(self.log_in), methods=["POST"]),
            Route("/language/{language}", open_(self.choose_language), methods=["GET"]),
        ]
        if self._oidc is not None:
            routes += [
                Route(PATH, open_(self._oidc.begin), methods=["GET"]),
                Route(CALLBACK, open_(self._oidc.come_back), methods=["GET"]),
            ]
        return routes

    def visit(self, request: Request) -> Visit | None:
        """The visit of a request, or None where nobody is logged in. Raises AccountsError."""
        session = self._login.session(request.cookies.get(SESSION))
        if session is None or (self._oidc is not None and self._oidc.due(request)):
            return None
        return Visit(request, session, language_of(request))

    def to_login(self, request: Request) -> Response:
        """Where who is not logged in is sent, and comes back from."""
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if _from_elsewhere(request):
            # A link in a message: the browser keeps the session back until a page of ours asks for it.
            return self._page.onward(request, "arriving", inside(here))
        way = PATH if self._oidc is not None and self._oidc.due(request) else "/login"
        return RedirectResponse(f"{way}?next={quote(here, safe='')}" if here != "/" else way, 303)

    async def show_login(self, request: Request) -> Response:
        """GET /login; who is logged in already goes on."""
        if self.visit(request) is not None:
            return RedirectResponse(inside(request.query_params.get("next", "/")), 303)
        return self._page.show(request, request.query_params.get("next", "/"))

    async def log_in(self, request: Request) -> Response:
        """POST /login."""
        form = await request.form(max_files=0, max_fields=10)
        next_ = form.get("next", "/")
        token = self._login.sessions.visitor(request.cookies.get(VISITOR))
        if token is None or not same(form.get("token"), token) or not same_origin(request):
            return self._page.show(request, next_, "login.again", 403)
        name, password = form.get("name"), form.get("password")
        if not isinstance(name, str) or not isinstance(password, str):
            return self._page.show(request, next_, "login.wrong", 400)
        address = request.client.host if request.client else ""
        entered = await self._login.enter(name.strip().lower(), password, address)
        if isinstance(entered, Refused):
            if entered.wait_seconds:
                return self._page.show(request, next_, "login.wait", 429, math.ceil(entered.wait_seconds))
            return self._page.show(request, next_, "login.wrong", 401)
        response = RedirectResponse(inside(next_), 303)
        self._page.enter(response, entered)
        return response

    async def log_out(self, visit: Visit) -> Response:
        """POST /logout."""
        response: Response = RedirectResponse("/login", 303)
        if self._oidc is not None and visit.session.by_organisation:
            response = await self._oidc.leave(visit.request)
        self._page.forget(response)
        return response

    async def choose_language(self, request: Request) -> Response:
        """GET /language/{language}?next=…"""
        chosen = request.path_params["language"]
        response = RedirectResponse(inside(request.query_params.get("next", "/")), 303)
        if chosen in LANGUAGES:
            self._page.keep(response, LANGUAGE, chosen, _YEAR)
        return response


def _from_elsewhere(request: Request) -> bool:
    """Whether a person came here by another site's link."""
    asked = request.headers
    by_link = request.method == "GET" and asked.get("sec-fetch-mode") == "navigate"
    return by_link and asked.get("sec-fetch-site") == "cross-site"


def same_origin(request: Request) -> bool:
    """Whether our own page sent this, as far as the browser says; the token is the first lock, this the second."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
