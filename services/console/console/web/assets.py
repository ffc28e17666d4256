"""The files that pages load: our style, and htmx. Each has its tag in its address, so that it is fetched once."""

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_FILES = {
    "console.css": ("console.css", "text/css"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
    "reviews.js": ("reviews.js", "text/javascript"),
    "charts.js": ("charts.js", "text/javascript"),
    "uplot.min.js": ("vendor/uplot.min.js", "text/javascript"),
    "uplot.min.css": ("vendor/uplot.min.css", "text/css"),
    "htmx.min.js": ("vendor/htmx.min.js", "text/javascript"),
    "htmx-ext-sse.min.js": ("vendor/htmx-ext-sse.min.js", "text/javascript"),
}
_FOR_A_YEAR = "public, max-age=31536000, immutable"


class _Asset(NamedTuple):
    body: bytes
    packed: bytes
    media_type: str
    tag: str


@cache
def _asset(name: str) -> _Asset:
    path, media_type = _FILES[name]
    body = (files("console") / "web" / "static" / path).read_bytes()
    return _Asset(body, gzip.compress(body, mtime=0), media_type, hashlib.sha256(body).hexdigest()[:16])


def address(name: str) -> str:
    """What a page calls the file."""
    return f"/static/{name}?{_asset(name).tag}"


async def serve(request: Request) -> Response:
    """GET /static/{name}: the file, or 304 where the browser has it (RFC 9110, 13.1.2)."""
    name = request.path_params["name"]
    if name not in _FILES:
        raise HTTPException(404)
    asset = _asset(name)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{asset.tag}-gzip"' if packed else f'"{asset.tag}"'
    caching = _FOR_A_YEAR if request.url.query == asset.tag else "no-cache"
    headers = {"ETag": tag, "Cache-Control": caching, "Vary": "Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if packed:
        return Response(asset.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.body, headers=headers, media_type=asset.media_type)
