"""The doors to withdraw an application and to erase a person: each becomes a command, and 202 once Kafka has it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response

from hiring.events.fields import Door, PlainLine, PlainMoment, Slug
from hiring.events.reading import Unreadable, parse
from hiring.events.submission import Email
from intake import openapi, problems
from intake.access import Access, speaks_for
from intake.body import expect, headers_of, whole
from intake.core.asking import Asked, erase, withdraw
from intake.idempotency import Remembered
from intake.metrics import DoorMetrics
from intake.outlet import Outlet, Unavailable
from intake.settings import IntakeSettings
from intake.single import JSON, is_json
from intake.sources import SourceScope

WITHDRAW = "/v1/applications/{source}/{external_id:path}/withdraw"
ERASE = "/v1/candidates/erase"
_NOBODY = "open door"


class _Named(Door):
    """What the path names, under the names it has there."""

    source: Slug
    external_id: PlainLine


class _Withdrawal(Door):
    """`at` is when the candidate withdrew; without it, now."""

    at: PlainMoment | None = None


class _Erasure(Door):
    """Whom to forget; `at` is when they asked for it, without it now."""

    email: Email
    at: PlainMoment | None = None


def add_asking(
    app: FastAPI,
    settings: IntakeSettings,
    outlet: Outlet,
    metrics: DoorMetrics,
    access: Access,
    remembered: Remembered,
) -> None:
    """Add both doors to `app`."""
    secret, limit = settings.pseudonym_key, settings.max_body_bytes

    async def body(request: Request) -> bytes:
        headers = headers_of(request)
        expect(headers, is_json, JSON)
        return await whole(request, headers, limit)

    async def withdrawn(request: Request) -> dict[str, Any]:
        granted = access.enter(headers := headers_of(request), SourceScope.WITHDRAW)
        named = parse(orjson.dumps(request.path_params), _Named)
        speaks_for(granted, named.source)
        raw = await body(request)
        at = _not_ahead(parse(raw if raw.strip() else b"{}", _Withdrawal).at)
        remembered.check(headers, request.scope["path"], raw)
        asked = withdraw(named.source, named.external_id, at)
        await outlet.publish(asked)
        metrics.commanded("withdraw", "http")
        return {"application_id": asked.key, **_told(asked)}

    async def erased(request: Request) -> dict[str, Any]:
        granted = access.enter(headers := headers_of(request), SourceScope.ERASE)
        raw = await body(request)
        told = parse(raw, _Erasure)
        remembered.check(headers, f"{ERASE}\n{granted}", raw)
        asked = erase(secret, told.email, granted or _NOBODY, _not_ahead(told.at))
        await outlet.publish(asked)
        metrics.commanded("erase", "http")
        return _told(asked)

    app.post(WITHDRAW, status_code=202, **openapi.WITHDRAW)(_answering(withdrawn))
    app.post(ERASE, status_code=202, **openapi.ERASE)(_answering(erased))


def _answering(act: Callable[[Request], Awaitable[dict[str, Any]]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return Response(orjson.dumps(await act(request)), HTTPStatus.ACCEPTED, media_type=JSON)
        except Unreadable as error:
            raise problems.unreadable(error) from None
        except Unavailable:
            raise problems.unavailable() from None

    answer.__name__ = act.__name__
    return answer


def _told(asked: Asked) -> dict[str, Any]:
    return {"command_id": asked.command_id, "status": "accepted"}


def _not_ahead(at: datetime | None) -> datetime:
    """A time ahead of ours is a clock that is wrong, and would outrank everything that comes meanwhile."""
    now = datetime.now(UTC)
    return now if at is None else min(at.astimezone(UTC), now)
