"""A request's body: its type, its coding, and reading it within limits."""

from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from typing import NamedTuple

from starlette.requests import Request

from intake import problems
from intake.access import Headers
from intake.core.inflate import Bomb, Inflater, NotGzip


class ContentType(NamedTuple):
    """A media type and its charset (empty where none was given), both in lower case."""

    name: str
    charset: str = ""


UTF_8 = frozenset({"", "utf-8", "utf8", "us-ascii"})
_GZIP = frozenset({b"gzip", b"x-gzip"})


def headers_of(request: Request) -> dict[bytes, bytes]:
    """The headers by their names in lower case; of a repeated one the last."""
    return dict(request.scope["headers"])


def content_type(headers: Headers, default: str) -> ContentType:
    """What the body is said to be; a request without a type is taken for `default`."""
    value = headers.get(b"content-type")
    return ContentType(default) if value is None else _content_type(value)


@lru_cache(maxsize=64)
def _content_type(value: bytes) -> ContentType:
    name, _, parameters = value.decode("latin-1").lower().partition(";")
    _, _, charset = parameters.replace(" ", "").replace('"', "").partition("charset=")
    return ContentType(name.strip(), charset.partition(";")[0])


def expect(headers: Headers, known: Callable[[str], bool], usual: str, *others: str) -> str:
    """The media type; `usual` where none is named. Raises Problem, 415, where it is not `known` or not in UTF-8."""
    given = content_type(headers, usual)
    if not known(given.name) or given.charset not in UTF_8:
        raise problems.unsupported(", ".join((usual, *others)))
    return given.name


def chunks(request: Request, headers: Headers) -> AsyncIterator[bytes]:
    """The body as it comes, inflated where it is gzip. Raises Problem at once for another coding, 415.

    Reading on raises Problem: 413 for a bomb, 400 for what is no gzip.
    """
    coding = headers.get(b"content-encoding")
    if coding is None or coding.lower() == b"identity":
        return request.stream()
    if coding.lower() not in _GZIP:
        raise problems.coding()
    return _inflated(request.stream())


async def whole(request: Request, headers: Headers, limit: int) -> bytes:
    """The body. Raises Problem: 413 as soon as it is known to be longer than `limit` bytes, and as `chunks` does."""
    stream = chunks(request, headers)
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > limit:
        raise problems.too_large(limit)
    pieces: list[bytes] = []
    size = 0
    async for piece in stream:
        size += len(piece)
        if size > limit:
            raise problems.too_large(limit)
        pieces.append(piece)
    return b"".join(pieces)


async def _inflated(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    inflater = Inflater()
    try:
        async for chunk in stream:
            for piece in inflater.feed(chunk):
                yield piece
        inflater.end()
    except Bomb:
        raise problems.bomb() from None
    except NotGzip:
        raise problems.not_gzip() from None
