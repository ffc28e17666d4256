"""POST /v1/hooks/{system}/{source}: webhooks of HR systems, each answered as that system expects."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from intake import problems
from intake.body import headers_of, whole
from intake.core.split import split
from intake.hooks.counting import HookMetrics
from intake.hooks.delivery import Acknowledged, submission
from intake.hooks.register import Gone, Register
from intake.hooks.webhook import Webhook
from intake.metrics import DoorMetrics
from intake.outlet import Outlet, Unavailable
from intake.settings import IntakeSettings

PATH = "/v1/hooks/{system}/{source}"
_JSON = "application/json"
_DESCRIBED: dict[str, Any] = {
    "summary": "Webhooks of HR systems",
    "description": "Each system signs in its own way and is answered with the status it expects: docs/webhooks.md.",
    "responses": {
        200: {"description": "Taken, or passed over", "content": {_JSON: {}}},
        202: {"description": "The same, where the system expects it", "content": {_JSON: {}}},
    },
    "openapi_extra": {"requestBody": {"required": True, "content": {_JSON: {"schema": {"type": "object"}}}}},
}


class HookDoor:
    """Takes deliveries. `now` tells seconds since 1970."""

    def __init__(
        self,
        settings: IntakeSettings,
        outlet: Outlet,
        metrics: DoorMetrics,
        deliveries: HookMetrics,
        register: Register,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._secret = settings.pseudonym_key
        self._limit = settings.max_body_bytes
        self._outlet = outlet
        self._metrics = metrics
        self._deliveries = deliveries
        self._register = register
        self._now = now

    async def deliver(self, request: Request, system: str, source: str) -> Response:
        """Answer one request."""
        try:
            webhook = self._register.find(system, source)
        except Gone:
            raise problems.unavailable() from None
        if webhook is None:
            # As any path where nothing is: whether there is such a system or source is nobody's business.
            raise HTTPException(HTTPStatus.NOT_FOUND)
        headers = headers_of(request)
        if (echo := webhook.system.handshake(headers)) is not None:
            self._deliveries.delivery(system, source, "handshake")
            return Response(status_code=HTTPStatus.OK, headers=dict(echo))
        outcome = "unexpected"
        try:
            async with _within(webhook.system.patience_seconds):
                answer = await self._answer(webhook, request)
            outcome = "accepted"
            self._metrics.accepted("hook")
            return answer
        except Acknowledged as acknowledged:
            outcome = acknowledged.outcome
            return _said(webhook, {"status": outcome})
        except problems.Problem as problem:
            outcome = problem.reason
            self._metrics.rejected("hook", outcome)
            raise
        finally:
            self._deliveries.delivery(system, source, outcome)

    async def _answer(self, webhook: Webhook, request: Request) -> Response:
        headers = headers_of(request)
        body = await whole(request, headers, self._limit)
        mapped = await submission(webhook, body, headers, self._now())
        accepted = split(mapped.submission, self._secret, datetime.fromtimestamp(self._now(), UTC))
        try:
            await self._outlet.publish(accepted)
        except Unavailable:
            raise problems.unavailable() from None
        for target in mapped.unread:
            self._deliveries.unread(webhook.system.name, webhook.source, target)
        told = {"application_id": accepted.application_id, "revision": accepted.revision, "status": "accepted"}
        return _said(webhook, told | {"unknown": mapped.unknown, "unread": mapped.unread})


def add_hooks(
    app: FastAPI, settings: IntakeSettings, outlet: Outlet, metrics: DoorMetrics, registry: CollectorRegistry
) -> None:
    """Add the door to `app`."""
    door = HookDoor(settings, outlet, metrics, HookMetrics(registry), Register(settings.hooks_file))

    async def deliver(request: Request, system: str, source: str) -> Response:
        return await door.deliver(request, system, source)

    app.post(PATH, **_DESCRIBED)(deliver)


@asynccontextmanager
async def _within(seconds: float | None) -> AsyncIterator[None]:
    """Raises Problem, 503, when the system has stopped waiting: it will come again, and that is then told."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise problems.unavailable() from None


def _said(webhook: Webhook, told: object) -> Response:
    return Response(orjson.dumps(told), webhook.system.ok, media_type=_JSON)
