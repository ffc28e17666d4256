"""One delivery, from its bytes to a submission or to the reason why it is none."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson

from hiring.events.reading import Flaw
from intake import problems
from intake.hooks.fetching import Away, Missing, fetch
from intake.hooks.mapping import Mapped, NotOurs, Unusable, map_payload
from intake.hooks.system import Headers, Unverified, verify
from intake.hooks.webhook import Webhook

log = logging.getLogger(__name__)

PING, PASSED_OVER = "ping", "passed-over"


class Acknowledged(Exception):
    """The delivery is in order and makes no application; `outcome` is PING or PASSED_OVER."""

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Refused(Exception):
    """The delivery is genuine and no application can be made of it, unless somebody mends the mapping.

    `errors` names the fields for the system, `detail` for operators; neither quotes what stood there.
    """

    def __init__(self, flaw: Flaw, detail: str, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__(flaw)
        self.flaw = flaw
        self.detail = detail
        self.errors = errors


def opened(webhook: Webhook, body: bytes, headers: Headers, now: float) -> Mapping[str, Any]:
    """The payload of an event that makes an application; `now` in seconds since 1970.

    Raises Acknowledged where there is nothing to submit, Refused, and Problem where the signature proves nothing.
    """
    system = webhook.system
    try:
        verify(system.claim(body, headers), webhook.keys, webhook.window_seconds, now)
    except Unverified as error:
        raise problems.Problem(system.unverified, error.reason, error.detail) from None
    return payload_of(webhook, body, headers)


def payload_of(webhook: Webhook, body: bytes, headers: Headers) -> Mapping[str, Any]:
    """The same of a delivery whose signature was verified before. Raises Acknowledged, Refused."""
    payload = _payload(body)
    event = webhook.system.event(payload, headers)
    if event in webhook.system.pings:
        raise Acknowledged(PING)
    if event not in webhook.mapping.events:
        raise Acknowledged(PASSED_OVER)
    return payload


async def mapped(webhook: Webhook, payload: Mapping[str, Any]) -> Mapped:
    """What the payload of a verified delivery submits.

    Raises Acknowledged where there is nothing to submit, Refused, and Problem where the system's own API is away.
    """
    if webhook.system.fetch is not None:
        payload = {**payload, "fetched": await _fetched(webhook, payload)}
    try:
        return map_payload(payload, webhook.mapping, webhook.source, webhook.programme)
    except Unusable as error:
        raise Refused(Flaw.INVALID, error.detail, error.errors) from None
    except NotOurs:
        raise Acknowledged(PASSED_OVER) from None


def _payload(body: bytes) -> Mapping[str, Any]:
    try:
        payload = orjson.loads(body)
    except ValueError:
        raise _refused(Flaw.NOT_JSON, "(whole)", "is no JSON") from None
    if not isinstance(payload, dict):
        raise _refused(Flaw.INVALID, "(whole)", "is no JSON object")
    return payload


async def _fetched(webhook: Webhook, payload: Mapping[str, Any]) -> Any:
    assert webhook.system.fetch is not None
    try:
        return await fetch(webhook.system.fetch, webhook.api, webhook.api_key, payload)
    except Missing as error:
        raise _refused(Flaw.INVALID, error.field, error.problem) from None
    except Away as error:
        # A key of the API that was revoked too: when it is mended, the next attempt succeeds.
        log.warning(
            "the HR system's API did not answer; the delivery is to come again",
            extra={"system": webhook.system.name, "source": webhook.source, "why": error.why},
        )
        raise problems.Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "system-away",
            "The system's own API could not be asked for the facts of this event. Send it again later.",
            headers={"Retry-After": "60"},
        ) from None


def _refused(flaw: Flaw, field: str, problem: str) -> Refused:
    return Refused(flaw, f"{field}: {problem}", [{"field": field, "problem": problem}])
