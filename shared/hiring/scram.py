"""The request by which Kafka learns a user's password (KIP-554): aiokafka has none of its own.

Only what SCRAM derives from the password goes over the wire (RFC 5802, section 3).
"""

import hashlib
import secrets

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import CompactArray, CompactBytes, CompactString, Int8, Int16, Int32, Schema, TaggedFields

_SHA_512 = 2
ITERATIONS = 8192
"""Passwords are random, so that more rounds protect nothing; 4096 is the least that Kafka takes."""


class _Response(Response):
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _Request(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _Response
    SCHEMA = Schema(
        (
            "deletions",
            CompactArray(("name", CompactString("utf-8")), ("mechanism", Int8), ("tags", TaggedFields)),
        ),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class SetPasswords(Request[_Request]):
    """AlterUserScramCredentials: each user of `passwords` logs in by SCRAM-SHA-512 with that password from now on."""

    API_KEY = 51

    def __init__(self, passwords: dict[str, str]) -> None:
        self._upsertions: list[tuple[str, int, int, bytes, bytes, dict[int, bytes]]] = [
            (name, *_salted(password), {}) for name, password in passwords.items()
        ]

    def build(self, request_struct_class: type[_Request]) -> _Request:
        return request_struct_class([], self._upsertions, {})


def _salted(password: str) -> tuple[int, int, bytes, bytes]:
    salt = secrets.token_bytes(32)
    return _SHA_512, ITERATIONS, salt, hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
