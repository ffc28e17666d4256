"""Logging in at the organisation's provider.

GET /login/oidc            sends the browser there; ?next=… is where it comes back to, ?other=1 asks for another account
GET /login/oidc/callback   where the provider sends it back to
"""

import logging

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.accounts.flow import MINUTES, Flow
from console.accounts.login import Login
from console.accounts.oidc import ProviderError, error_code
from console.accounts.organisation import Organisation
from console.web.login_page import SESSION, LoginPage, inside

log = logging.getLogger(__name__)

PATH = "/login/oidc"
_AWAY = frozenset({"server_error", "temporarily_unavailable"})
_STATUS = {"away": 503, "rejected": 502}


class OidcLogin:
    """Answers the two addresses, and logs out at the provider."""

    def __init__(self, login: Login, organisation: Organisation, page: LoginPage) -> None:
        self._login = login
        self._organisation = organisation
        self._page = page

    def due(self, request: Request) -> bool:
        """Whether the session is one to ask the provider about again, before it is shown another page."""
        session = self._login.session(request.cookies.get(SESSION))
        return session is not None and self._organisation.due(session) and _is_page(request)

    async def begin(self, request: Request) -> Response:
        """GET /login/oidc"""
        session = self._login.session(request.cookies.get(SESSION))
        renewed = (session.name, session.token) if session is not None and session.by_organisation else None
        flow = Flow.begin(inside(request.query_params.get("next", "/")), renewed)
        try:
            other = request.query_params.get("other") == "1"
            address = await self._organisation.provider.authorization_address(flow, other=other)
        except ProviderError as error:
            return self._refused(request, flow.next, error)
        response = RedirectResponse(address, 303)
        # Lax: the browser comes back by a link of another site, with which a strict cookie would not be sent.
        response.set_cookie(
            _cookie(flow.state),
            self._organisation.flows.sign(flow),
            MINUTES * 60,
            path=PATH,
            secure=self._page.secure,
            httponly=True,
            samesite="lax",
        )
        return response

    async def come_back(self, request: Request) -> Response:
        """GET /login/oidc/callback"""
        state = request.query_params.get("state", "")
        flow = self._organisation.flows.read(request.cookies.get(_cookie(state)), state)
        if flow is None and "error" in request.query_params:
            # Some providers refuse without the state; saying so lets nobody in.
            return self._not_answered(request, "/", error_code(request.query_params["error"]))
        if flow is None:
            log.warning("a login by the organisation was answered that this browser did not begin, or too late")
            return self._page.show(request, "/", "oidc.stale", 403)
        response = await self._answered(request, flow)
        response.delete_cookie(_cookie(state), path=PATH, secure=self._page.secure, httponly=True, samesite="lax")
        return response

    async def leave(self, request: Request) -> Response:
        """Where a session that the provider began goes on its end: to the provider's own, where it has one."""
        address = await self._organisation.provider.logout_address(f"{self._organisation.console_url}/login")
        # A redirect would be the answer to a form, which the content policy keeps to our own addresses.
        return self._page.onward(request, "leaving", address) if address else RedirectResponse("/login", 303)

    async def _answered(self, request: Request, flow: Flow) -> Response:
        answer, organisation = request.query_params, self._organisation
        if answer.get("iss", organisation.provider.issuer) != organisation.provider.issuer:  # RFC 9207
            return self._refused(request, flow.next, ProviderError("rejected", "another issuer answered"))
        if "error" in answer:
            return self._out(self._not_answered(request, flow.next, error_code(answer["error"])))
        if not answer.get("code"):
            return self._refused(request, flow.next, ProviderError("rejected", "no code"))
        try:
            claims = await organisation.provider.identify(answer["code"], flow, organisation.admission.enough)
        except ProviderError as error:
            return self._refused(request, flow.next, error)
        name, role = organisation.admission.name(claims), organisation.admission.role(claims)
        if role is None:
            told = {"claim": organisation.admission.roles_claim, "values": len(organisation.admission.values(claims))}
            log.warning("somebody of the organisation has no role here", extra=told)
            return self._out(self._page.show(request, flow.next, "oidc.no_role", 403, who=name))
        log.info("somebody of the organisation logged in", extra={"role": role})
        token = flow.again[1] if flow.again and flow.again[0] == name else None
        response = self._page.onward(request, "welcome", flow.next)
        self._page.enter(response, self._login.sessions.begin(name, role, organisation.mark, token))
        return response

    def _out(self, response: Response) -> Response:
        """The provider was asked and did not let them in: a session that is there still ends."""
        self._page.forget(response)
        return response

    def _not_answered(self, request: Request, next_: str, code: str) -> Response:
        if code == "access_denied":
            log.warning("the provider let somebody not in, or they cancelled", extra={"why": code})
            return self._page.show(request, next_, "oidc.denied", 403)
        return self._refused(request, next_, ProviderError("away" if code in _AWAY else "rejected", code))

    def _refused(self, request: Request, next_: str, error: ProviderError) -> Response:
        log.warning("a login by the organisation failed", extra={"trouble": error.trouble, "why": str(error)})
        return self._page.show(request, next_, f"oidc.{error.trouble}", _STATUS[error.trouble])


def _cookie(state: str) -> str:
    """A cookie of its own for each login: two windows may be under way at the same time."""
    short = "".join(letter for letter in state[:8] if letter.isascii() and (letter.isalnum() or letter in "-_"))
    return f"console_oidc_{short}"


def _is_page(request: Request) -> bool:
    """Whether a person goes to a page: a form sent, or what a page fetches, cannot follow to a provider."""
    accepts = request.headers.get("accept", "")
    return request.method == "GET" and "text/html" in accepts and "hx-request" not in request.headers
