"""Lever: the signature is in the body and covers its token and time only; events name ids and nothing else.

Whoever saw one delivery could sign another body with it. So nothing but ids is taken from the body: what is
submitted is what Lever's own API says of that opportunity, and only if the application is one of it.
"""

import base64
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson

from intake.hooks.system import Claim, Fetch, Headers, System, Unverified, named

# Token and time are signed without anything between them: only a length of its own keeps their digits apart.
_MILLISECONDS = re.compile(r"[0-9]{13}")


def _claim(body: bytes, _: Headers) -> Claim:
    try:
        payload = orjson.loads(body)
    except ValueError:
        payload = None
    told = payload if isinstance(payload, dict) else {}
    token, at, signature = told.get("token"), told.get("triggeredAt"), told.get("signature")
    if not token or not signature or at is None:
        raise Unverified("missing-signature", "The body has no token, triggeredAt and signature.")
    if not isinstance(token, str) or not isinstance(signature, str) or not _MILLISECONDS.fullmatch(str(at)):
        raise Unverified("bad-signature", "token, triggeredAt and signature are not what Lever sends.")
    return Claim(f"{token}{at}".encode(), [signature.encode()], int(at) / 1000)


def _belongs(payload: Mapping[str, Any], fetched: Any) -> bool:
    data = payload.get("data")
    opportunity = fetched.get("data") if isinstance(fetched, dict) else None
    if not isinstance(data, dict) or not isinstance(opportunity, dict):
        return False
    known = opportunity.get("applications")
    ids = [one.get("id") if isinstance(one, dict) else one for one in known] if isinstance(known, list) else []
    return opportunity.get("id") == data.get("opportunityId") and data.get("applicationId") in ids


LEVER = System(
    name="lever",
    claim=_claim,
    event=lambda payload, _: named(payload, "event"),
    ok=HTTPStatus.OK,
    # What Lever does after 429 is written nowhere; 503 is what everybody tries again after.
    busy=HTTPStatus.SERVICE_UNAVAILABLE,
    # The time is the event's, not the delivery's: a retry comes with an old one.
    window_seconds=24 * 3600.0,
    fetch=Fetch(
        api="https://api.lever.co/v1",
        path="/opportunities/{data.opportunityId}?expand=applications",
        authorization=lambda key: {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()},
        belongs=_belongs,
    ),
)
