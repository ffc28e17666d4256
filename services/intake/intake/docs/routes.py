"""Where the pages are: /docs, /docs/topics, /asyncapi.json and the files that the pages load."""

import asyncio
from collections.abc import Callable
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from intake.docs.assets import asset
from intake.docs.content import Content
from intake.docs.pages import asyncapi_document, http_page, topics_page

_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


def routes() -> list[Route]:
    """The routes; what they answer is made at the first request."""
    return [
        Route("/docs", partial(_page, http_page, "'self'")),
        Route("/docs/topics", partial(_page, topics_page, "'none'")),
        Route("/docs/assets/{name}", _asset),
        Route("/asyncapi.json", _asyncapi),
    ]


async def _page(make: Callable[[], Content], scripts: str, request: Request) -> Response:
    content = await asyncio.to_thread(make)
    headers = {
        "Content-Security-Policy": _POLICY.format(scripts=scripts),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return content.response(request, _ASK_AGAIN, headers)


async def _asset(request: Request) -> Response:
    try:
        content = await asyncio.to_thread(asset, request.path_params["name"])
    except KeyError:
        raise HTTPException(404) from None
    # The pages name a file with its tag, so that another release's is another address.
    exact = request.url.query == content.tag
    return content.response(request, _FOR_A_YEAR if exact else _ASK_AGAIN, {"X-Content-Type-Options": "nosniff"})


async def _asyncapi(request: Request) -> Response:
    return (await asyncio.to_thread(asyncapi_document)).response(request, _ASK_AGAIN)
