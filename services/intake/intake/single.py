"""POST /v1/applications: one application, as plain JSON or as a CloudEvent; answered when the broker has it."""

from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from fastapi import FastAPI, Request, Response
from starlette.routing import Route

from hiring.events.cloudevents import BATCH, STRUCTURED
from hiring.events.reading import Unreadable, parse
from hiring.events.submission import Submission
from intake import openapi, problems
from intake.access import Access, Headers, speaks_for
from intake.body import expect, headers_of, whole
from intake.core import cloudevents
from intake.core.split import Accepted, split
from intake.idempotency import Remembered
from intake.metrics import DoorMetrics
from intake.outlet import Outlet, Unavailable
from intake.settings import IntakeSettings
from intake.sources import SourceScope

PATH = "/v1/applications"
JSON = "application/json"


def add_single(
    app: FastAPI,
    settings: IntakeSettings,
    outlet: Outlet,
    metrics: DoorMetrics,
    access: Access,
    remembered: Remembered,
) -> None:
    """Add the door to `app`."""
    secret, limit, region = settings.pseudonym_key, settings.max_body_bytes, settings.phone_region

    async def accept(request: Request) -> Accepted:
        headers = headers_of(request)
        granted = access.enter(headers, SourceScope.SUBMIT)
        media_type = expect(headers, is_json, JSON)
        raw = await whole(request, headers, limit)
        try:
            submission = _read(raw, media_type, headers)
            speaks_for(granted, submission.source)
            access.hold_back(submission.source)
            remembered.check(headers, f"{PATH}\n{submission.source}", raw)
            accepted = split(submission, secret, datetime.now(UTC), region)
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
        return Response(orjson.dumps(answer), HTTPStatus.ACCEPTED, media_type=JSON)

    # What FastAPI wraps a handler in is of no use to one that reads the body itself, and costs more than reading it:
    # Starlette's own route answers, and FastAPI's stands in /openapi.json.
    app.router.routes.append(Route(PATH, submit, methods=["POST"]))
    app.post(PATH, status_code=202, **openapi.SINGLE)(submit)


def is_json(media_type: str) -> bool:
    """JSON by any of its names, but for a batch of events: many go in bulk."""
    return media_type == JSON or (
        media_type.startswith("application/") and media_type.endswith("+json") and media_type != BATCH
    )


def _read(raw: bytes, media_type: str, headers: Headers) -> Submission:
    if media_type == STRUCTURED:
        return cloudevents.from_structured(raw)
    if cloudevents.is_binary(headers):
        cloudevents.check_binary(headers)
    return parse(raw, Submission)
