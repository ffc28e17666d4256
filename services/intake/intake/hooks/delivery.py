"""One delivery, from its bytes to a submission or to the reason why it is none."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson

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


async def submission(webhook: Webhook, body: bytes, headers: Headers, now: float) -> Mapped:
    """What the delivery submits; `now` in seconds since 1970.

    Raises Acknowledged where there is nothing to submit, and Problem with the status that this system understands.
    """
    system = webhook.system
    try:
        verify(system.claim(body, headers), webhook.keys, webhook.window_seconds, now)
    except Unverified as error:
        raise problems.Problem(system.unverified, error.reason, error.detail) from None
    payload = _payload(webhook, body)
    event = system.event(payload, headers)
    if event in system.pings:
        raise Acknowledged(PING)
    if event not in webhook.mapping.events:
        raise Acknowledged(PASSED_OVER)
    if system.fetch is not None:
        payload = {**payload, "fetched": await _fetched(webhook, payload)}
    try:
        return map_payload(payload, webhook.mapping, webhook.source, webhook.programme)
    except Unusable as error:
        raise _refused(webhook, *error.errors) from None
    except NotOurs:
        raise Acknowledged(PASSED_OVER) from None


def _payload(webhook: Webhook, body: bytes) -> Mapping[str, Any]:
    try:
        payload = orjson.loads(body)
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise _refused(webhook, {"field": "(whole)", "problem": "is no JSON object"})
    return payload


async def _fetched(webhook: Webhook, payload: Mapping[str, Any]) -> Any:
    assert webhook.system.fetch is not None
    try:
        return await fetch(webhook.system.fetch, webhook.api, webhook.api_key, payload)
    except Missing as error:
        raise _refused(webhook, {"field": error.field, "problem": error.problem}) from None
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


def _refused(webhook: Webhook, *errors: Mapping[str, str]) -> problems.Problem:
    log.warning(
        "a delivery can never become an application",
        extra={"system": webhook.system.name, "source": webhook.source, "fields": [one["field"] for one in errors]},
    )
    return problems.Problem(
        webhook.system.refused,
        "no-application",
        "The delivery was read and no application can be made of it: mend the fields named under errors, "
        "or the webhook's mapping.",
        errors,
    )
