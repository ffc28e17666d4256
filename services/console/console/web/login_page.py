"""The page to log in at, with every way in; and the cookies of it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from console.accounts.flow import MINUTES
from console.accounts.login import Login
from console.accounts.organisation import Organisation
from console.web.rendering import Rendering
from console.words import LANGUAGES, accepted, say
from hiring.explanation.words import Language

SESSION, VISITOR, LANGUAGE = "console_session", "console_visitor", "console_language"
"""A visitor's cookie is not the session's: whoever is shown the form stays logged in where they were."""


class LoginPage:
    """Shows the form, the button, or both; and sets cookies that no other site's requests carry."""

    def __init__(self, login: Login, rendering: Rendering, organisation: Organisation | None, *, secure: bool) -> None:
        self._login = login
        self._rendering = rendering
        self._organisation = organisation
        self.secure = secure

    def show(
        self,
        request: Request,
        next_: object,
        problem: str | None = None,
        status: int = 200,
        wait: int = 0,
        who: str = "",
    ) -> Response:
        """The page; `problem` is the key of what went wrong, `wait` seconds and `who` what it tells of."""
        visiting, language = self._login.sessions.visit(), language_of(request)
        organisation = self._organisation
        page = self._rendering.render(
            "login",
            language,
            visit=None,
            here="/login",
            token=self._login.sessions.visitor(visiting),
            next=inside(next_),
            problem=problem,
            told={
                "seconds": wait,
                "account": who,
                "minutes": MINUTES,
                "whom": (organisation and organisation.contact) or say(language)("oidc.whom"),
            },
            organisation=organisation is not None,
            local=self._login.local or organisation is None,
            anybody=self._login.anybody(),
        )
        response = HTMLResponse(page, status)
        if wait:
            response.headers["Retry-After"] = str(wait)
        self.keep(response, VISITOR, visiting, self._login.sessions.seconds)
        return response

    def onward(self, request: Request, what: str, address: str) -> Response:
        """A page of ours that goes on by itself: so the next request is not one that another site began."""
        page = self._rendering.render(
            "onward", language_of(request), visit=None, here="/login", what=what, address=address
        )
        return HTMLResponse(page)

    def enter(self, response: Response, session: str) -> None:
        """Let the browser keep a session."""
        self.keep(response, SESSION, session, self._login.sessions.seconds)

    def keep(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Let the browser keep a cookie that it sends to our own pages' requests only."""
        response.set_cookie(name, value, seconds, secure=self.secure, httponly=True, samesite="strict")

    def forget(self, response: Response) -> None:
        """Let the browser forget the session."""
        response.delete_cookie(SESSION, secure=self.secure, httponly=True, samesite="strict")


def language_of(request: Request) -> Language:
    """The language that was chosen, else what the browser asks for."""
    chosen = next((it for it in LANGUAGES if it == request.cookies.get(LANGUAGE)), None)
    return chosen or accepted(request.headers.get("accept-language", ""))


def inside(next_: Any) -> str:
    """The path to go on to, if it is one of ours."""
    ours = isinstance(next_, str) and next_.startswith("/") and not next_.startswith(("//", "/\\", "/login"))
    return next_ if ours and next_.isprintable() else "/"
