"""POST /v1/applications/bulk: a stream of applications, an application a line or a table with a header row."""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import FastAPI, Request, Response

from hiring.events.reading import Unreadable, parse
from hiring.events.submission import Submission
from intake import openapi, problems
from intake.access import Access, Headers, speaks_for
from intake.body import UTF_8, chunks, content_type, expect, headers_of
from intake.bulk import Read, Upload
from intake.core.columns import ColumnMapping, HeaderRefused
from intake.core.split import Accepted, split
from intake.core.table import Encoding, Table
from intake.duplex import DuplexResponse
from intake.metrics import DoorMetrics
from intake.outlet import Outlet, Unavailable
from intake.rate import Pace
from intake.settings import IntakeSettings
from intake.sources import SourceScope

PATH = "/v1/applications/bulk"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
_NDJSON_NAMES = frozenset({NDJSON, "application/ndjson", "application/jsonl", "application/jsonlines"})
_GB18030 = frozenset({"gb18030", "gbk", "gb2312", "cp936"})
"""GB18030 holds all of the others."""
_MAPPING_HEADER = b"column-mapping"


def add_bulk(app: FastAPI, settings: IntakeSettings, outlet: Outlet, metrics: DoorMetrics, access: Access) -> None:
    """Add the door to `app`."""
    limit = settings.max_line_bytes
    plain = _reader(settings, None)

    @app.post(PATH, **openapi.BULK)
    async def upload(request: Request) -> Response:
        headers = headers_of(request)
        granted = access.enter(headers, SourceScope.SUBMIT)
        pace = access.pace()
        read = plain if granted is None and pace is None else _reader(settings, _checks(granted, pace))
        table = _table(request, headers, granted, limit)
        if table is None:
            expect(headers, _NDJSON_NAMES.__contains__, NDJSON, CSV)
            uploading = Upload(read, outlet, metrics, max_line_bytes=limit, pace=pace)
        else:
            uploading = Upload(table.reading(read), outlet, metrics, max_line_bytes=limit, pace=pace, lines=table)
        results = uploading.results(chunks(request, headers))
        try:
            first = await anext(results)
        except Unavailable:
            raise problems.unavailable() from None
        except HeaderRefused as refused:
            raise _header_refused(refused) from None
        return DuplexResponse(first, results, NDJSON)


def _reader(settings: IntakeSettings, check: Callable[[Submission], None] | None) -> Read:
    secret, region = settings.pseudonym_key, settings.phone_region

    def read(raw: bytes) -> Accepted:
        return split(parse(raw, Submission), secret, datetime.now(UTC), region)

    def checked(raw: bytes) -> Accepted:
        submission = parse(raw, Submission)
        assert check is not None
        check(submission)
        return split(submission, secret, datetime.now(UTC), region)

    return read if check is None else checked


def _checks(granted: str | None, pace: Pace | None) -> Callable[[Submission], None]:
    def check(submission: Submission) -> None:
        speaks_for(granted, submission.source)
        if pace is not None:
            pace.count(submission.source)

    return check


def _table(request: Request, headers: Headers, granted: str | None, limit: int) -> Table | None:
    """How to read the body where it is a table; None where it is none. Raises Problem."""
    given = content_type(headers, NDJSON)
    if given.name != CSV:
        return None
    encoding: Encoding = "gb18030" if given.charset in _GB18030 else "utf-8"
    if encoding == "utf-8" and given.charset not in UTF_8:
        raise problems.charset("utf-8 or gb18030")
    query = request.query_params
    told = headers.get(_MAPPING_HEADER) or query.get("mapping", "{}").encode()
    try:
        mapping = parse(told, ColumnMapping)
    except Unreadable as error:
        raise problems.Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "column-mapping",
            "The column mapping is not usable.",
            error.problems or [{"field": "(whole)", "problem": error.detail}],
        ) from None
    # The table's own columns hold; this is for what they leave out.
    constants = {name: query[name] for name in ("source", "programme") if name in query}
    mine = {} if granted is None else {"source": granted}
    whole = mapping.model_copy(update={"constants": {**mine, **mapping.constants, **constants}})
    return Table(whole, encoding, limit)


def _header_refused(refused: HeaderRefused) -> problems.Problem:
    return problems.Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "header-row",
        "No row was taken: the columns do not say enough. Rename them, or send a column mapping.",
        refused.problems,
    )
