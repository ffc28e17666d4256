"""Something that is the same for everybody until the next release: sent once, then only confirmed."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True)
class Content:
    """A body, its media type, and a tag that changes when the body does."""

    body: bytes
    media_type: str
    tag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tag", hashlib.sha256(self.body).hexdigest()[:16])

    @cached_property
    def gzipped(self) -> bytes:
        """The body as it is sent to who takes gzip."""
        return gzip.compress(self.body, mtime=0)

    def response(self, request: Request, caching: str, headers: Mapping[str, str] | None = None) -> Response:
        """The body, or 304 where the client has it. RFC 9110, sections 8.8.3 and 13.1.2."""
        packed = "gzip" in request.headers.get("accept-encoding", "")
        # A strong tag is for these very bytes: the packed ones have another.
        tag = f'"{self.tag}-gzip"' if packed else f'"{self.tag}"'
        told = {"ETag": tag, "Cache-Control": caching, "Vary": "Accept-Encoding", **(headers or {})}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=told)
        if packed:
            return Response(self.gzipped, headers={**told, "Content-Encoding": "gzip"}, media_type=self.media_type)
        return Response(self.body, headers=told, media_type=self.media_type)
