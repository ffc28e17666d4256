"""SmartRecruiters: `smartrecruiters-signature: v1=HEX[;v1=HEX]` over time, body and headers; thin events; 202 in 5 s.

A subscription is activated by echoing `X-Hook-Secret`. One that is often answered with anything but 202 is suspended.
"""

import math
from collections.abc import Mapping
from http import HTTPStatus

from intake.hooks.system import Claim, Fetch, Headers, System, header

_SIGNED = (b"event-id", b"event-name", b"event-version", b"link")
_LONGEST_SECRET = 1024


def _claim(body: bytes, headers: Headers) -> Claim:
    signatures = header(headers, b"smartrecruiters-signature").split(b";")
    at = header(headers, b"smartrecruiters-timestamp")
    message = b".".join((at, body, *(headers.get(name, b"") for name in _SIGNED)))
    schemes = [signature.strip().partition(b"=") for signature in signatures]
    return Claim(message, [digest for scheme, _, digest in schemes if scheme == b"v1"], _seconds(at))


def _seconds(at: bytes) -> float:
    try:
        return float(at)
    except ValueError:
        return math.nan


def _handshake(headers: Headers) -> Mapping[str, str] | None:
    secret = headers.get(b"x-hook-secret", b"")
    if not secret or len(secret) > _LONGEST_SECRET or b"smartrecruiters-signature" in headers:
        return None
    return {"X-Hook-Secret": secret.decode("latin-1")}


SMARTRECRUITERS = System(
    name="smartrecruiters",
    claim=_claim,
    event=lambda _, headers: headers.get(b"event-name", b"").decode("latin-1"),
    ok=HTTPStatus.ACCEPTED,
    window_seconds=3600.0,
    handshake=_handshake,
    fetch=Fetch(
        api="https://api.smartrecruiters.com",
        path="/candidates/{candidate_id}",
        authorization=lambda key: {"X-SmartToken": key},
    ),
    patience_seconds=4.5,
    telling=(b"event-id", b"event-name"),
)
