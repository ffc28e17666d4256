"""Every error as an RFC 9457 problem: `application/problem+json`."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import orjson
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hiring.events.reading import Flaw, Unreadable

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Why a request cannot be answered as wished. `reason` is the problem's class, for clients and counters."""

    def __init__(
        self,
        status: HTTPStatus,
        reason: str,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.detail = detail
        self.errors = errors
        self.headers = headers

    def response(self) -> Response:
        """The problem as it is sent."""
        told = {
            "type": f"urn:cohort:problem:{self.reason}",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
        }
        body = told | ({"errors": list(self.errors)} if self.errors else {})
        return Response(
            orjson.dumps(body),
            self.status,
            headers=dict(self.headers) if self.headers else None,
            media_type=MEDIA_TYPE,
        )


def unreadable(error: Unreadable) -> Problem:
    """What is wrong with an application, field by field where it is JSON at all."""
    if error.flaw is Flaw.INVALID:
        return Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            error.flaw,
            "Nothing was taken: mend the fields named under errors and send it again.",
            error.problems,
        )
    detail = "The body is empty: send JSON." if error.flaw is Flaw.EMPTY else error.detail
    return Problem(HTTPStatus.BAD_REQUEST, error.flaw, detail)


def too_large(limit: int) -> Problem:
    """The body is larger than `limit` bytes."""
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", f"A body may take at most {limit} bytes.")


def too_many_rejected(most: int) -> Problem:
    """An upload of which nearly nothing can be taken."""
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "too-many-rejected",
        f"{most} lines of this upload were rejected: mend what is wrong with them, then send it again.",
    )


def unsupported(wanted: str) -> Problem:
    """The content type is none we read."""
    return Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        f"Send {wanted} in UTF-8.",
        headers={"Accept": wanted},
    )


def charset(known: str) -> Problem:
    """The text is in an encoding that we do not read."""
    return Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-charset", f"Send it in {known}, and name that as the charset."
    )


def coding() -> Problem:
    """The content coding is none we read."""
    return Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported-content-coding",
        "Send the body as it is, or with Content-Encoding: gzip.",
        headers={"Accept-Encoding": "gzip, identity"},
    )


def bomb() -> Problem:
    """What is inflated is out of all proportion to what was sent."""
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", "The gzip inflates to far more than was sent: send it plain."
    )


def not_gzip() -> Problem:
    """Content-Encoding says gzip, and it is none."""
    return Problem(
        HTTPStatus.BAD_REQUEST, "not-gzip", "Content-Encoding says gzip; the body is no gzip, or ends too early."
    )


def unavailable() -> Problem:
    """The broker has not acknowledged; sending again is safe, since the ids will be the same."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unavailable",
        "It could not be recorded now. Send it again: sending twice does no harm.",
        headers={"Retry-After": "5"},
    )


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem."""

    @app.exception_handler(Problem)
    async def ours(_: Request, problem: Problem) -> Response:
        return problem.response()

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        reason = status.phrase.lower().replace(" ", "-")
        return Problem(status, reason, status.description or status.phrase, headers=error.headers).response()

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> Response:
        return Response(status_code=HTTPStatus.BAD_REQUEST)

    @app.exception_handler(Exception)
    async def unexpected(_: Request, __: Exception) -> Response:
        return Problem(
            HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", "Something failed on our side; send it again later."
        ).response()
