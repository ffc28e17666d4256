"""Who is asking: the session of a request, logging in and out, and the forms that carry their token."""

import math
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.accounts.login import Login, Refused
from console.accounts.roles import SEES_DEAD_LETTERS
from console.accounts.sessions import Session, same
from console.web.rendering import Rendering
from console.words import LANGUAGES, accepted
from hiring.explanation.words import Language

SESSION, LANGUAGE = "console_session", "console_language"
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is logged in."""

    request: Request
    session: Session
    language: Language

    @property
    def sees_dead_letters(self) -> bool:
        """Whether the record behind a dead letter is shown."""
        return self.session.role in SEES_DEAD_LETTERS


class Access:
    """Answers /login, /logout and /language, and tells every other page who asks."""

    def __init__(self, login: Login, rendering: Rendering, *, secure: bool) -> None:
        self._login = login
        self._rendering = rendering
        self._secure = secure

    def visit(self, request: Request) -> Visit | None:
        """The visit of a request, or None where nobody is logged in. Raises AccountsError."""
        session = self._login.session(request.cookies.get(SESSION))
        return None if session is None else Visit(request, session, language_of(request))

    def to_login(self, request: Request) -> Response:
        """Where who is not logged in is sent, and comes back from."""
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(here, safe='')}" if here != "/" else "/login", 303)

    async def show_login(self, request: Request) -> Response:
        """GET /login; who is logged in already goes on."""
        if self.visit(request) is not None:
            return RedirectResponse(_inside(request.query_params.get("next", "/")), 303)
        return self._form(request, request.query_params.get("next", "/"))

    async def log_in(self, request: Request) -> Response:
        """POST /login."""
        form = await request.form(max_files=0, max_fields=10)
        next_ = form.get("next", "/")
        cookie = request.cookies.get(SESSION)
        token = self._login.sessions.visitor(cookie)
        # Whoever is logged in already and finds an old form is let in once more.
        session = self._login.session(cookie)
        token = token or (session.token if session else None)
        if token is None or not same(form.get("token"), token) or not same_origin(request):
            return self._form(request, next_, "login.again", 403)
        name, password = form.get("name"), form.get("password")
        if not isinstance(name, str) or not isinstance(password, str):
            return self._form(request, next_, "login.wrong", 400)
        address = request.client.host if request.client else ""
        entered = await self._login.enter(name.strip().lower(), password, address)
        if isinstance(entered, Refused):
            if entered.wait_seconds:
                return self._form(request, next_, "login.wait", 429, math.ceil(entered.wait_seconds))
            return self._form(request, next_, "login.wrong", 401)
        response = RedirectResponse(_inside(next_), 303)
        self._set(response, SESSION, entered, self._login.sessions.seconds)
        return response

    async def log_out(self, visit: Visit) -> Response:
        """POST /logout."""
        response = RedirectResponse("/login", 303)
        response.delete_cookie(SESSION, secure=self._secure, httponly=True, samesite="strict")
        return response

    async def choose_language(self, request: Request) -> Response:
        """GET /language/{language}?next=…"""
        chosen = request.path_params["language"]
        response = RedirectResponse(_inside(request.query_params.get("next", "/")), 303)
        if chosen in LANGUAGES:
            self._set(response, LANGUAGE, chosen, _YEAR)
        return response

    def _form(
        self, request: Request, next_: object, problem: str | None = None, status: int = 200, wait: int = 0
    ) -> Response:
        visiting = self._login.sessions.visit()
        page = self._rendering.render(
            "login",
            language_of(request),
            visit=None,
            here="/login",
            token=self._login.sessions.visitor(visiting),
            next=_inside(next_),
            problem=problem,
            wait=wait,
            anybody=self._login.anybody(),
        )
        response = HTMLResponse(page, status)
        if wait:
            response.headers["Retry-After"] = str(wait)
        self._set(response, SESSION, visiting, self._login.sessions.seconds)
        return response

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(name, value, seconds, secure=self._secure, httponly=True, samesite="strict")


def language_of(request: Request) -> Language:
    """The language that was chosen, else what the browser asks for."""
    chosen = next((it for it in LANGUAGES if it == request.cookies.get(LANGUAGE)), None)
    return chosen or accepted(request.headers.get("accept-language", ""))


def same_origin(request: Request) -> bool:
    """Whether our own page sent this, as far as the browser says; the token is the first lock, this the second."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def _inside(next_: object) -> str:
    """The path to go on to, if it is one of ours."""
    ours = isinstance(next_, str) and next_.startswith("/") and not next_.startswith(("//", "/\\", "/login"))
    return next_ if ours and isinstance(next_, str) and next_.isprintable() else "/"
