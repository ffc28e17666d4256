"""What the doors answer, as /openapi.json tells it: the JSON Schemas, and the problems by their status."""

from collections.abc import Mapping
from typing import Any

from intake.problems import MEDIA_TYPE

JSON = "application/json"
NDJSON = "application/x-ndjson"

_UUID = {"type": "string", "format": "uuid"}
_TEXT = {"type": "string"}
_ERRORS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["field", "problem"],
        "properties": {"field": _TEXT, "problem": _TEXT, "column": _TEXT},
    },
}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": required | (optional or {}), **more}


_ACCEPTED = {"application_id": _UUID, "revision": _TEXT, "status": {"const": "accepted"}}
_COUNT = {"type": "integer", "minimum": 0}
_NAMES = {"type": "array", "items": _TEXT}

SCHEMAS: dict[str, dict[str, Any]] = {
    "Problem": _object(
        {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
        {"errors": _ERRORS},
        description="RFC 9457",
    ),
    "Receipt": _object(_ACCEPTED),
    "Commanded": _object({"command_id": _UUID, "status": {"const": "accepted"}}, {"application_id": _UUID}),
    "BulkAnswer": {
        "description": "A line of the answer to an upload: one for each line sent, then the summary.",
        "oneOf": [
            _object({"line": _COUNT, "status": {"const": "accepted"}, "application_id": _UUID}),
            _object({"line": _COUNT, "status": {"const": "rejected"}, "errors": _ERRORS}),
            _object({"line": _COUNT, "status": {"const": "failed"}, "problem": _TEXT}),
            _object(
                {
                    "summary": _object(
                        dict.fromkeys(("lines", "accepted", "rejected", "failed"), _COUNT), {"problem": _TEXT}
                    )
                }
            ),
        ],
    },
    "Delivered": {
        "oneOf": [
            _object(_ACCEPTED | {"unknown": _NAMES, "unread": _NAMES}),
            _object({"status": {"enum": ["ping", "passed-over"]}}),
            _object({"status": {"const": "set-aside"}, "errors": _ERRORS}),
        ]
    },
    "Health": _object({}, {"alive": {"type": "boolean"}, "ready": {"type": "boolean"}}),
}


def reference(schema: str) -> dict[str, str]:
    """What stands for a schema that has a name."""
    return {"$ref": f"#/components/schemas/{schema}"}


def answer(description: str, schema: str, media_type: str = JSON) -> dict[str, Any]:
    """A response whose body is of the schema that has this name."""
    return {"description": description, "content": {media_type: {"schema": reference(schema)}}}


_AGAIN = {"Retry-After": {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer"}}}
_WHO = {"WWW-Authenticate": {"description": "How to tell who asks.", "required": True, "schema": _TEXT}}
_PROBLEMS: dict[int, tuple[str, dict[str, Any]]] = {
    400: ("It cannot be read: no JSON, no gzip, or a header that is no such thing.", {}),
    401: ("No API key, or one that is unknown.", _WHO),
    403: ("The API key may not do this, or is another source's.", {}),
    404: ("Nothing is here.", {}),
    413: ("It is too large, or inflates out of all proportion.", {}),
    415: ("A media type, charset or coding that is not read here.", {}),
    422: ("It was read and cannot be taken: `errors` names each field.", {}),
    429: ("Too many of this source for now: send the same again later.", _AGAIN),
    500: ("Something failed on our side: send the same again later.", {}),
    503: ("Not recorded, Kafka is away: send the same again later. Sending twice does no harm.", _AGAIN),
}


def problems(*statuses: int, but: Mapping[int, str] | None = None) -> dict[int | str, dict[str, Any]]:
    """The problems of a door, by their status; `but` says of one what is special here."""
    special = but or {}
    return {
        status: answer(special.get(status, usual), "Problem", MEDIA_TYPE) | ({"headers": headers} if headers else {})
        for status, (usual, headers) in _PROBLEMS.items()
        if status in statuses or status in special
    }
