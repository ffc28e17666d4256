"""What /openapi.json says of the doors: FastAPI cannot see it, since bodies are read raw."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hiring.events import SUBMISSION_MADE
from hiring.events.submission import Submission
from intake.core.cloudevents import Envelope
from intake.core.columns import ColumnMapping
from intake.examples import CSV, ERASURE, EXAMPLE, MAPPING, SMALLEST, STRUCTURED, WITHDRAWAL
from intake.problems import MEDIA_TYPE

__all__ = ["EXAMPLE", "describe"]

_REF = "#/components/schemas/{model}"

_PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "problem"],
                "properties": {"field": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
    },
}
_RECEIPT = {
    "title": "Receipt",
    "type": "object",
    "required": ["application_id", "revision", "status"],
    "properties": {
        "application_id": {"type": "string", "format": "uuid"},
        "revision": {"type": "string"},
        "status": {"const": "accepted"},
    },
}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "What went wrong",
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}},
    }
}
_COMMANDED = {
    "title": "Commanded",
    "type": "object",
    "required": ["command_id", "status"],
    "properties": {
        "application_id": {"type": "string", "format": "uuid"},
        "command_id": {"type": "string", "format": "uuid"},
        "status": {"const": "accepted"},
    },
}
_AT = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"at": {"type": "string", "format": "date-time"}},
}
_ERASURE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["email"],
    "properties": {"email": {"type": "string", "format": "email", "maxLength": 254}, **_AT["properties"]},  # type: ignore[dict-item]
}


def _header(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def _query(name: str, description: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, **more}


_TEXT = {"type": "string"}
_IDEMPOTENCY = _header(
    "Idempotency-Key",
    "Every request may be repeated without it; the same key with another body is refused (422).",
    {"type": "string", "minLength": 1, "maxLength": 255},
)
_EVENT_HEADERS = [
    _header(
        "ce-specversion",
        "Makes the body the data of a CloudEvent, with ce-type, ce-source and ce-id.",
        {"const": "1.0"},
    ),
    _header("ce-type", "The event's type.", {"const": SUBMISSION_MADE}),
    _header("ce-source", "The event's source.", _TEXT),
    _header("ce-id", "The event's id.", _TEXT),
]
_OPEN_OR_KEY: list[dict[str, list[str]]] = [{}, {"key": []}]


def _json(schema: str | dict[str, Any], **examples: Any) -> dict[str, Any]:
    told = {"$ref": _REF.format(model=schema)} if isinstance(schema, str) else schema
    return {"schema": told} | ({"examples": {name: {"value": it} for name, it in examples.items()}} if examples else {})


SINGLE: dict[str, Any] = {
    "summary": "Send one application",
    "description": "Answered when Kafka has it. Sending it again is safe: the ids are derived from its content.",
    "responses": {202: {"description": "Recorded", "content": {"application/json": _json("Receipt")}}},
    "openapi_extra": {
        "security": _OPEN_OR_KEY,
        "parameters": [_IDEMPOTENCY, *_EVENT_HEADERS],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": _json("Submission", full=EXAMPLE, smallest=SMALLEST),
                "application/cloudevents+json": _json("Envelope", event=STRUCTURED),
            },
        },
    },
}
BULK: dict[str, Any] = {
    "summary": "Send many applications, one a line",
    "description": "One answer a line, in the same order (accepted, rejected with errors, or failed), then a summary.",
    "responses": {200: {"description": "Answers", "content": {"application/x-ndjson": {}}}},
    "openapi_extra": {
        "security": _OPEN_OR_KEY,
        "parameters": [
            _query("source", "For a table: the source of every row that names none.", schema=_TEXT),
            _query("programme", "For a table: the programme of every row that names none.", schema=_TEXT),
            _query(
                "mapping",
                "For a table: which column is which field. May come as the header Column-Mapping instead.",
                content={"application/json": _json("ColumnMapping", chinese=MAPPING)},
            ),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/x-ndjson": _json("Submission"),
                "text/csv": {"schema": _TEXT, "examples": {"guessed": {"value": CSV}}},
            },
        },
    },
}
WITHDRAW: dict[str, Any] = {
    "summary": "Withdraw an application",
    "description": "Answered when Kafka has the command. `at` is when the candidate withdrew; without it, now.",
    "responses": {202: {"description": "Recorded", "content": {"application/json": _json("Commanded")}}},
    "openapi_extra": {
        "security": _OPEN_OR_KEY,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _TEXT} for name in ("source", "external_id")
        ]
        + [_IDEMPOTENCY],
        "requestBody": {"required": False, "content": {"application/json": _json(_AT, dated=WITHDRAWAL)}},
    },
}
ERASE: dict[str, Any] = {
    "summary": "Erase a candidate",
    "description": "Everything about the person with this address is to be forgotten, whichever source it came from.",
    "responses": {202: {"description": "Recorded", "content": {"application/json": _json("Commanded")}}},
    "openapi_extra": {
        "security": _OPEN_OR_KEY,
        "parameters": [_IDEMPOTENCY],
        "requestBody": {"required": True, "content": {"application/json": _json(_ERASURE, person=ERASURE)}},
    },
}


def describe(app: FastAPI) -> None:
    """Give `app` an OpenAPI document that knows the bodies, the answers, the problem and the key."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes)
            components = made.setdefault("components", {})
            schemas = components.setdefault("schemas", {})
            for model in (Submission, Envelope, ColumnMapping):
                schema = model.model_json_schema(ref_template=_REF)
                schemas |= schema.pop("$defs", {})
                schemas[model.__name__] = schema
            schemas |= {"Receipt": _RECEIPT, "Commanded": _COMMANDED, "Problem": _PROBLEM}
            components["securitySchemes"] = {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A source's API key: `cohort sources create`.",
                }
            }
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
