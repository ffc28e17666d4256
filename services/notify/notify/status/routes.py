"""The candidate's page over HTTP. Links only look: what changes something is a POST, after a page that asks.

    GET  /s/{token}                          what stands, why, what was told
    GET  /s/{token}/{wish}/{decision_id}     the question: ask for a person? withdraw?
    POST /s/{token}/{wish}/{decision_id}     hands the wish to Kafka, then 303 to the page

Whatever is wrong with a token, the answer is the same 404. No token is ever logged.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, cast
from urllib.parse import quote, urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from hiring.faults import is_transient
from notify.core.language import LANGUAGES, Language, language
from notify.ledger.looking import Person
from notify.status.content import Application, Page, page
from notify.status.metrics import PageMetrics
from notify.status.outlet import Outlet, Unavailable
from notify.status.tokens import WISHES, Receipt, Tokens, Wish
from notify.status.wishes import command
from notify.status.writing import Message, Writing, query

log = logging.getLogger(__name__)

_POLICY = "default-src 'none'; style-src {style}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
# Sooner than a proxy in front gives up, and than a person does.
_SECONDS = 10.0
_STATUS: dict[Message, int] = {"gone": 404, "unavailable": 503, "elsewhere": 403}


class Ledger(Protocol):
    """What the pages need of the ledger."""

    async def person(self, decision: UUID) -> Person | None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """The page that a token leads to."""

    token: str
    person: Person
    page: Page
    language: Language
    receipt: Receipt | None


class Gone(Exception):
    """The address leads to nothing, or no longer."""


class StatusPages:
    """Answers for the pages. Until it is connected it asks to try again.

    `public_url` is where candidates reach them.
    """

    def __init__(self, tokens: Tokens, public_url: str, writing: Writing, metrics: PageMetrics) -> None:
        self._tokens = tokens
        self._public_url = public_url
        self._writing = writing
        self._metrics = metrics
        self._ledger: Ledger | None = None
        self._outlet: Outlet | None = None
        self._headers = {
            "Content-Security-Policy": _POLICY.format(style=writing.style_hash),
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex, nofollow, noarchive",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }

    def connect(self, ledger: Ledger, outlet: Outlet) -> None:
        """Answer from here on."""
        self._ledger, self._outlet = ledger, outlet

    def url(self, decision: UUID) -> str:
        """The address of the page for the letter that tells this decision."""
        return f"{self._public_url}/s/{self._tokens.token(decision)}"

    def routes(self) -> list[Route]:
        """The routes, below /s/."""
        return [
            Route("/s/{token}", self._answering(self._show), methods=["GET"]),
            Route("/s/{token}/{wish}/{decision}", self._answering(self._ask), methods=["GET"]),
            Route("/s/{token}/{wish}/{decision}", self._answering(self._give), methods=["POST"]),
            Route("/s/{anything:path}", self._answering(_nothing), methods=["GET", "POST"]),
        ]

    def _answering(self, act: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                response = await act(request)
            except Gone:
                response = self._message(request, "gone")
            except Unavailable:
                response = self._message(request, "unavailable")
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("a page could not be made", extra={"fault": type(error).__name__})
                response = self._message(request, "unavailable")
            response.headers.update(self._headers)
            self._metrics.answered(response.status_code)
            return response

        return answer

    async def _show(self, request: Request) -> Response:
        opened = await self._open(request)
        noted = opened.receipt.wish if opened.receipt and opened.page.find(opened.receipt.decision_id) else None
        asked = _asked(request)
        return HTMLResponse(self._writing.page(opened.page, opened.language, noted, opened.token, asked))

    async def _ask(self, request: Request) -> Response:
        opened = await self._open(request)
        wish, application = _named(request, opened.page)
        back = _back(opened.token, query(_asked(request)))
        if not _possible(wish, application):
            return RedirectResponse(back, 303)
        return HTMLResponse(self._writing.confirm(opened.page, application, wish, opened.language, back))

    async def _give(self, request: Request) -> Response:
        if not _same_origin(request, self._public_url):
            return self._message(request, "elsewhere")
        opened = await self._open(request)
        wish, application = _named(request, opened.page)
        chosen = query(_asked(request))
        # Who presses twice finds it done.
        if not _possible(wish, application):
            return RedirectResponse(_back(opened.token, chosen), 303)
        if self._outlet is None:
            raise Unavailable
        await self._outlet.publish(command(wish, application, datetime.now(UTC)))
        self._metrics.wished(wish)
        noted = f"noted={self._tokens.receipt(wish, application.decision_id)}"
        return RedirectResponse(_back(opened.token, f"{chosen}&{noted}" if chosen else f"?{noted}"), 303)

    async def _open(self, request: Request) -> Opened:
        token = request.path_params["token"]
        decision = self._tokens.decision(token)
        if decision is None:
            raise Gone
        if self._ledger is None:
            raise Unavailable
        async with asyncio.timeout(_SECONDS):
            person = await self._ledger.person(decision)
        if person is None or (until := self._tokens.until(person.linked_at)) <= datetime.now(UTC):
            raise Gone
        spoken = _asked(request) or language(person.locale)
        receipt = self._tokens.received(request.query_params.get("noted", ""))
        return Opened(token, person, page(person, until, spoken, self._writing.names, receipt), spoken, receipt)

    def _message(self, request: Request, what: Message) -> Response:
        # A page that is not found knows nobody whose language it could speak.
        accepted = request.headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
        spoken = _asked(request) or language(accepted)
        # From the address of a wish there is a way back; what is not found has none.
        wished = what != "gone" and "wish" in request.path_params
        back = _back(quote(request.path_params["token"], safe=""), query(_asked(request))) if wished else None
        return HTMLResponse(self._writing.message(what, spoken, back), _STATUS[what])


async def _nothing(_: Request) -> Response:
    raise Gone


def _asked(request: Request) -> Language | None:
    """The language that was chosen on the page."""
    return next((it for it in LANGUAGES if it == request.query_params.get("lang")), None)


def _named(request: Request, page: Page) -> tuple[Wish, Application]:
    """The wish of an address, and the application that it is about. Raises Gone."""
    wish = request.path_params["wish"]
    try:
        application = page.find(UUID(request.path_params["decision"]))
    except ValueError:
        raise Gone from None
    if wish not in WISHES or application is None:
        raise Gone
    return cast(Wish, wish), application


def _possible(wish: Wish, application: Application) -> bool:
    return application.may_ask if wish == "review" else application.may_withdraw


def _back(token: str, query: str) -> str:
    """The page, from the address of a wish: relative, so that it also stands behind a prefix."""
    return f"../../{token}{query}"


def _same_origin(request: Request, public_url: str) -> bool:
    """Whether our own page sent this, as far as the browser says.

    The secret address is what keeps strangers out; this is the second lock. A page without a referrer sends
    `Origin: null` from browsers that know no Sec-Fetch-Site.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "null")
    public = urlsplit(public_url)
    return origin in ("null", f"{public.scheme}://{public.netloc}")
