"""The HTTP protocol of intake as pure functions: requests as they are sent, and what their answers mean."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, TypeVar
from urllib.parse import quote
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from cohort_client.application import Application
from cohort_client.errors import FieldProblem, NotAllowed, Rejected, TooLarge, Unexpected

JSON = "application/json"
NDJSON = "application/x-ndjson"
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed. Repeating is safe: ids are derived from what is sent."""

Submittable = Application | bytes
"""An application, or one that is JSON already."""

Encoding = Literal["utf-8", "gb18030"]
M = TypeVar("M", bound=BaseModel)


class Receipt(BaseModel):
    """Kafka has the application, on every replica. Whoever sends the same again gets the same ids."""

    application_id: UUID
    revision: str


class Withdrawal(BaseModel):
    """Kafka has the command to withdraw an application."""

    command_id: UUID
    application_id: UUID


class Erasure(BaseModel):
    """Kafka has the command to forget a person."""

    command_id: UUID


class NotNow(Exception):
    """No answer for good: the same again may succeed. `after` is the pause asked for, in seconds."""

    def __init__(self, why: str, status: int | None = None, after: float = 0.0) -> None:
        super().__init__(why)
        self.status = status
        self.after = after


@dataclass(frozen=True, slots=True)
class Request:
    """A POST; `path` is percent-encoded and may have a query. `body` is None where it is streamed."""

    path: str
    body: bytes | None
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": JSON})


def encoded(application: Submittable) -> bytes:
    """An application as one line of JSON. Raises TypeError for what JSON cannot say."""
    if isinstance(application, bytes):
        # In JSON, line ends stand only where blanks may; and without a value there would be no answer.
        return application.replace(b"\n", b" ").strip() or b"null"
    return orjson.dumps(application)


def submit(application: Submittable) -> Request:
    """One application."""
    return Request("/v1/applications", encoded(application))


def upload(body: bytes) -> Request:
    """Applications, one a line."""
    return Request("/v1/applications/bulk", body, {"content-type": NDJSON})


def table(mapping: Mapping[str, Any] | None, source: str | None, programme: str | None, encoding: Encoding) -> Request:
    """A CSV file, whose bytes are streamed. `mapping` says which column is which field (docs/integrate.md)."""
    query = {"source": source, "programme": programme}
    told = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value is not None)
    headers = {"content-type": f"text/csv; charset={encoding}"}
    if mapping is not None:
        # A header is ASCII, so what is not is escaped, which orjson does not do.
        headers["column-mapping"] = json.dumps(mapping)
    return Request("/v1/applications/bulk" + (f"?{told}" if told else ""), None, headers)


def withdraw(source: str, external_id: str, at: datetime | None) -> Request:
    """Withdraw an application. Raises ValueError for a time without its offset."""
    path = f"/v1/applications/{quote(source, safe='')}/{quote(external_id, safe='')}/withdraw"
    return Request(path, orjson.dumps(_at(at)))


def erase(email: str, at: datetime | None) -> Request:
    """Forget a person. Raises ValueError for a time without its offset."""
    return Request("/v1/candidates/erase", orjson.dumps({"email": email, **_at(at)}))


def check(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Return where the request was taken. Raises NotNow, or the error that says what to do."""
    if 200 <= status < 300:
        return
    if status in BUSY:
        raise NotNow(
            f"intake answered {status}", status, retry_after(headers.get("retry-after", ""), datetime.now(UTC))
        )
    problem = _object(body) if "json" in headers.get("content-type", "") else {}
    detail = problem.get("detail")
    told = detail if isinstance(detail, str) else ""
    match status:
        case 401 | 403:
            raise NotAllowed(f"{told or 'This is not allowed.'} {_leave(status, problem)}", status, told)
        case 413:
            raise TooLarge(f"{told or 'This is larger than what is taken here.'} Send less at once.", status, told)
        case 400 | 415 | 422 if problem:
            raise Rejected(told or "It cannot be taken as it is.", status, field_problems(problem.get("errors")))
        case _:
            raise Unexpected(f"answered {status}, which intake does not do here: is base_url its address?", status)


def receipt(body: bytes) -> Receipt:
    """The answer to a submission. Raises NotNow for one that cannot be read: whether it was taken is open."""
    return _read(Receipt, body)


def withdrawal(body: bytes) -> Withdrawal:
    """The answer to a withdrawal. Raises NotNow."""
    return _read(Withdrawal, body)


def erasure(body: bytes) -> Erasure:
    """The answer to an erasure. Raises NotNow."""
    return _read(Erasure, body)


def retry_after(value: str, now: datetime) -> float:
    """The seconds that a Retry-After asks for, given as seconds or as a date (RFC 9110, 10.2.3); 0.0 for neither."""
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def field_problems(errors: object) -> list[FieldProblem]:
    """The `errors` of a problem (RFC 9457); of a table's row, with the column."""
    return [
        FieldProblem(
            str(error.get("field", "(whole)")),
            str(error.get("problem", "is rejected")) + (f" (column {error['column']})" if "column" in error else ""),
        )
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict)
    ]


def _read(kind: type[M], body: bytes) -> M:
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        raise NotNow("accepted, but the answer cannot be read") from None


def _leave(status: int, problem: Mapping[str, Any]) -> str:
    """How to be let in."""
    if str(problem.get("type")).endswith(":other-source"):
        return (
            "Most often `source` is mistyped: send the source that the key was made for. "
            "To send for another, ask the operators of the pipeline for a key of that source."
        )
    which = "a key" if status == 401 else "a key that may do this"
    return f"Ask the operators of the pipeline for {which}."


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _at(at: datetime | None) -> dict[str, datetime]:
    if at is not None and at.tzinfo is None:
        raise ValueError("`at` has no time zone: give it one, as in datetime.now(UTC)")
    return {} if at is None else {"at": at}
