"""POST /v1/hooks/{system}/{source}: webhooks of HR systems, each answered as that system expects."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from intake import openapi, problems
from intake.access import Access
from intake.body import headers_of, whole
from intake.core.split import split
from intake.hooks.counting import HookMetrics
from intake.hooks.delivery import Acknowledged, Refused, mapped, opened
from intake.hooks.redriven import RedrivenDeliveries
from intake.hooks.register import Gone, Register
from intake.hooks.set_aside import set_aside
from intake.hooks.system import Headers
from intake.hooks.webhook import Webhook
from intake.metrics import DoorMetrics
from intake.outlet import InWaves, Outlet, Unavailable
from intake.settings import IntakeSettings

log = logging.getLogger(__name__)

PATH = "/v1/hooks/{system}/{source}"
SET_ASIDE = "set-aside"
_JSON = "application/json"


class HookDoor:
    """Takes deliveries. `now` tells seconds since 1970."""

    def __init__(
        self,
        settings: IntakeSettings,
        outlet: Outlet,
        metrics: DoorMetrics,
        deliveries: HookMetrics,
        register: Register,
        access: Access,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._secret = settings.pseudonym_key
        self._limit = settings.max_body_bytes
        self._phone_region = settings.phone_region
        self._outlet = outlet
        self._metrics = metrics
        self._deliveries = deliveries
        self._register = register
        self._access = access
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
        except Refused as refused:
            outcome = SET_ASIDE
            self._metrics.rejected("hook", refused.flaw)
            return _said(webhook, {"status": outcome, "errors": refused.errors})
        except problems.Problem as problem:
            outcome = problem.reason
            self._metrics.rejected("hook", outcome)
            raise
        finally:
            self._deliveries.delivery(system, source, outcome)

    async def _answer(self, webhook: Webhook, request: Request) -> Response:
        headers = headers_of(request)
        body = await whole(request, headers, self._limit)
        now = datetime.fromtimestamp(self._now(), UTC)
        try:
            payload = opened(webhook, body, headers, self._now())
            self._hold_back(webhook)
            read = await mapped(webhook, payload)
        except Refused as refused:
            await self._keep(webhook, body, headers, refused, now)
            raise
        accepted = split(read.submission, self._secret, now, self._phone_region)
        await self._publish(accepted)
        for target in read.unread:
            self._deliveries.unread(webhook.system.name, webhook.source, target)
        told = {"application_id": accepted.application_id, "revision": accepted.revision, "status": "accepted"}
        return _said(webhook, told | {"unknown": read.unknown, "unread": read.unread})

    def _hold_back(self, webhook: Webhook) -> None:
        """Count what would be an application against its source. Raises Problem, with a status this system retries."""
        try:
            self._access.hold_back(webhook.source)
        except problems.Problem as problem:
            problem.status = webhook.system.busy
            raise

    async def _keep(self, webhook: Webhook, body: bytes, headers: Headers, refused: Refused, at: datetime) -> None:
        """Return when the broker has the delivery as a dead letter. Raises Problem, 503."""
        await self._publish(set_aside(webhook, body, headers, refused, at))
        self._metrics.set_aside()
        log.warning(
            "a delivery can be no application, and is among the dead letters",
            extra={"system": webhook.system.name, "source": webhook.source, "why": refused.detail},
        )

    async def _publish(self, records: InWaves) -> None:
        try:
            await self._outlet.publish(records)
        except Unavailable:
            raise problems.unavailable() from None


def add_hooks(
    app: FastAPI,
    settings: IntakeSettings,
    outlet: Outlet,
    metrics: DoorMetrics,
    registry: CollectorRegistry,
    access: Access,
) -> None:
    """Add the door to `app`, its register of webhooks as `app.state.webhooks`, and as `app.state.redriven` what takes
    deliveries that were set aside once more."""
    register = app.state.webhooks = Register(settings.hooks_file)
    deliveries = HookMetrics(registry)
    app.state.redriven = RedrivenDeliveries(settings.pseudonym_key, settings.phone_region, register, deliveries)
    door = HookDoor(settings, outlet, metrics, deliveries, register, access)

    async def deliver(request: Request, system: str, source: str) -> Response:
        return await door.deliver(request, system, source)

    app.post(PATH, **openapi.HOOK)(deliver)


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
