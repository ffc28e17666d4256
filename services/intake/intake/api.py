"""The HTTP door: one application, or a stream of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry
from starlette.routing import Route

from hiring.events.reading import Unreadable, parse
from hiring.events.submission import Submission
from hiring.health import Health, routes
from intake import openapi, problems
from intake.bulk import Read, Upload
from intake.core.split import Accepted, split
from intake.duplex import DuplexResponse
from intake.metrics import DoorMetrics
from intake.outlet import Outlet, Unavailable
from intake.settings import IntakeSettings

NDJSON = "application/x-ndjson"
_SINGLE = "/v1/applications"
_NDJSON_NAMES = frozenset({NDJSON, "application/ndjson", "application/jsonl", "application/jsonlines"})


def create_app(
    settings: IntakeSettings, outlet: Outlet, metrics: DoorMetrics, health: Health, registry: CollectorRegistry
) -> FastAPI:
    """The ASGI application: submissions come in, records go to `outlet`."""
    app = FastAPI(
        title="Cohort intake",
        version="1",
        # Their pages load scripts from elsewhere; /openapi.json stays.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Traces of requests could carry what candidates wrote.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        responses=openapi.PROBLEMS,
    )
    problems.install(app)
    app.router.routes.extend(routes(health, registry))
    read = _reader(settings.pseudonym_key)
    _add_single(app, read, outlet, metrics, settings.max_body_bytes)
    _add_bulk(app, read, outlet, metrics, settings.max_line_bytes)
    openapi.describe(app)

    @app.get("/", summary="What is here")
    async def index() -> dict[str, dict[str, str]]:
        return {
            "endpoints": {
                "POST /v1/applications": "send one application as JSON",
                "POST /v1/applications/bulk": "send many, one JSON a line (NDJSON), and read an answer a line",
                "GET /openapi.json": "the fields of an application, and every answer",
                "GET /livez, /readyz, /metrics": "for operators",
            }
        }

    return app


def _reader(secret: bytes) -> Read:
    def read(raw: bytes) -> Accepted:
        return split(parse(raw, Submission), secret, datetime.now(UTC))

    return read


def _add_single(app: FastAPI, read: Read, outlet: Outlet, metrics: DoorMetrics, limit: int) -> None:
    async def accept(request: Request) -> Accepted:
        _expect(request, _is_json, "application/json")
        raw = await _body(request, limit)
        try:
            accepted = read(raw)
            await outlet.publish(accepted)
        except Unreadable as error:
            raise problems.unreadable(error) from None
        except Unavailable:
            raise problems.unavailable() from None
        return accepted

    async def submit(request: Request) -> Response:
        try:
            accepted = await accept(request)
        except problems.Problem as problem:
            metrics.rejected("http", problem.reason)
            raise
        metrics.accepted("http")
        answer = {
            "application_id": accepted.application_id,
            "revision": accepted.revision,
            "status": "accepted",
        }
        return Response(orjson.dumps(answer), HTTPStatus.ACCEPTED, media_type="application/json")

    # What FastAPI wraps a handler in is of no use to one that reads the body itself, and costs more than reading it:
    # Starlette's own route answers, and FastAPI's stands in /openapi.json.
    app.router.routes.append(Route(_SINGLE, submit, methods=["POST"]))
    app.post(_SINGLE, status_code=202, **openapi.SINGLE)(submit)


def _add_bulk(app: FastAPI, read: Read, outlet: Outlet, metrics: DoorMetrics, max_line_bytes: int) -> None:
    @app.post("/v1/applications/bulk", **openapi.BULK)
    async def upload(request: Request) -> Response:
        _expect(request, _NDJSON_NAMES.__contains__, NDJSON)
        results = Upload(read, outlet, metrics, max_line_bytes=max_line_bytes).results(request.stream())
        try:
            first = await anext(results)
        except Unavailable:
            raise problems.unavailable() from None
        return DuplexResponse(first, results, NDJSON)


def _expect(request: Request, known: Callable[[str], bool], wanted: str) -> None:
    """Raise a 415 problem where the request names another type, charset or coding; missing ones are allowed."""
    media_type, _, parameters = request.headers.get("content-type", wanted).lower().partition(";")
    _, given, charset = parameters.replace(" ", "").replace('"', "").partition("charset=")
    coding = request.headers.get("content-encoding", "identity").lower()
    utf8 = not given or charset.partition(";")[0] in {"utf-8", "utf8", "us-ascii"}
    if not known(media_type.strip()) or not utf8 or coding != "identity":
        raise problems.unsupported(wanted)


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


async def _body(request: Request, limit: int) -> bytes:
    """The body, or a 413 problem as soon as it is known to be longer than `limit` bytes."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        raise problems.too_large(limit)
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise problems.too_large(limit)
        pieces.append(piece)
    return b"".join(pieces)
