"""What differs from one HR system's webhooks to another's, and verifying what differs in nothing but its claim."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

Headers = Mapping[bytes, bytes]
"""A request's headers by their names in lower case."""

AHEAD_SECONDS = 300.0
"""A clock may be so far ahead of ours."""


class Unverified(Exception):
    """A delivery that nobody with a key has made, or not now. `reason` classes it, `detail` is for the integrator."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class Claim(NamedTuple):
    """What a delivery says in proof: any one of the hex digests must be the message's under a live key."""

    message: bytes
    digests: Sequence[bytes]
    at: float | None = None
    """When it was signed, in seconds since 1970, where the system says so under its signature."""


class Fetch(NamedTuple):
    """Where the facts of a thin event are: a path below the system's API, and how to ask with a key.

    `{…}` in the path is a place in the payload. `belongs` says whether what was fetched is what the event is about,
    for a system whose signature does not cover its payload.
    """

    api: str
    path: str
    authorization: Callable[[str], Mapping[str, str]]
    belongs: Callable[[Mapping[str, Any], Any], bool] = lambda _, __: True


@dataclass(frozen=True, slots=True)
class System:
    """One HR system. Its mapping is mappings/NAME.yaml.

    `claim` raises Unverified where a header is missing or no such thing. `event` names what happened; total.
    `ok` acknowledges, also what can never become an application: that is kept here. `unverified` answers a bad
    signature, `busy` what comes too fast: a status after which the system comes again.
    """

    name: str
    claim: Callable[[bytes, Headers], Claim]
    event: Callable[[Mapping[str, Any], Headers], str]
    ok: HTTPStatus
    unverified: HTTPStatus = HTTPStatus.FORBIDDEN
    busy: HTTPStatus = HTTPStatus.TOO_MANY_REQUESTS
    pings: frozenset[str] = frozenset()
    window_seconds: float | None = None
    """How old a signed time may be."""
    handshake: Callable[[Headers], Mapping[str, str] | None] = lambda _: None
    """The headers to answer with, 200, where the request only asks whether somebody is here."""
    fetch: Fetch | None = None
    patience_seconds: float | None = None
    """The system waits no longer for an answer."""
    telling: tuple[bytes, ...] = ()
    """Headers that say what the delivery is; they are kept with one that is set aside."""


def verify(claim: Claim, keys: Sequence[bytes], window_seconds: float | None, now: float) -> None:
    """Raises Unverified: signed with none of the keys, or outside the window."""
    proofs = [hmac.new(key, claim.message, "sha256").hexdigest().encode() for key in keys]
    # Every pair is compared, each in constant time: how long it takes tells nothing of which key was close.
    matches = [hmac.compare_digest(proof, digest.lower()) for proof in proofs for digest in claim.digests]
    if True not in matches:
        raise Unverified("bad-signature", "The signature belongs to none of the keys that are known here.")
    if window_seconds is not None and claim.at is not None and not -AHEAD_SECONDS <= now - claim.at <= window_seconds:
        raise Unverified("out-of-window", "The delivery was signed too long ago, or ahead of time.")


def header(headers: Headers, name: bytes) -> bytes:
    """A header that carries the signature. Raises Unverified where it is missing."""
    if not (value := headers.get(name)):
        raise Unverified("missing-signature", f"The header {name.decode()} is missing: give the webhook a secret key.")
    return value.strip()


def named(payload: Mapping[str, Any], field: str) -> str:
    """A field of the payload that names the event; empty where it is none."""
    value = payload.get(field)
    return value if isinstance(value, str) else ""
