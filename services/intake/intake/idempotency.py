"""`Idempotency-Key`: what the ids make safe anyway, and a word where a client uses one key for two things.

Every POST here may be repeated without harm, with this header or without. What the header adds is the refusal of
draft-ietf-httpapi-idempotency-key-header-07: one key, another body, is the client's mistake (422). It is noticed as
far as this process remembers.
"""

from collections import OrderedDict
from hashlib import blake2b
from http import HTTPStatus

from intake.access import Headers
from intake.problems import Problem

MOST_KEYS = 10_000
"""About 2 MB; the key that was used longest ago is forgotten first."""
LONGEST_KEY = 255

_NAME = b"idempotency-key"


class Remembered:
    """The bodies that recent keys came with, as digests."""

    def __init__(self, most: int = MOST_KEYS) -> None:
        self._most = most
        self._bodies: OrderedDict[bytes, bytes] = OrderedDict()

    def check(self, headers: Headers, scope: str, body: bytes) -> None:
        """Remember the request's key, if it has one, within `scope` (a door and a source).

        Raises Problem: 422 where the key came with another body, 400 where it is empty or too long.
        """
        if (given := headers.get(_NAME)) is None:
            return
        # A structured-field string has quotation marks; the same key without them is the same.
        key = given.strip().strip(b'"')
        if not 0 < len(key) <= LONGEST_KEY:
            raise Problem(
                HTTPStatus.BAD_REQUEST, "idempotency-key", f"Send an Idempotency-Key of 1 to {LONGEST_KEY} characters."
            )
        place, content = _digest(scope.encode() + b"\n" + key), _digest(body)
        if self._bodies.setdefault(place, content) != content:
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "This Idempotency-Key came with another body before: give every request a key of its own.",
            )
        self._bodies.move_to_end(place)
        if len(self._bodies) > self._most:
            self._bodies.popitem(last=False)


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
