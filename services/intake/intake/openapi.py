"""What /openapi.json says of the doors: FastAPI cannot see it, since bodies are read raw."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hiring.events import SUBMISSION_MADE
from hiring.events.fields import SLUG
from hiring.events.submission import Submission
from intake.answers import JSON, NDJSON, SCHEMAS, answer, problems, reference
from intake.core.cloudevents import SubmissionEnvelope
from intake.core.columns import ColumnMapping
from intake.examples import CSV, ERASURE, EXAMPLE, MAPPING, SMALLEST, STRUCTURED, WITHDRAWAL
from intake.hooks.systems import SYSTEMS

__all__ = ["EXAMPLE", "describe"]

_REF = "#/components/schemas/{model}"

PROBLEMS = problems(500)
"""What any door may answer."""
_AT = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"at": {"type": ["string", "null"], "format": "date-time"}},
}
_ERASURE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["email"],
    "properties": {"email": {"type": "string", "format": "email", "maxLength": 254}, **_AT["properties"]},  # type: ignore[dict-item]
}


def _header(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def _path(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


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
        "Makes the body the data of a CloudEvent, with ce-type, ce-source and ce-id: `1.0`.",
        _TEXT,
    ),
    _header("ce-type", f"The event's type: `{SUBMISSION_MADE}`.", _TEXT),
    _header("ce-source", "The event's source.", _TEXT),
    _header("ce-id", "The event's id.", _TEXT),
]
_SOURCE = _path("source", "The HR system, as its applications name it.", {"type": "string", "pattern": SLUG})
_OPEN_OR_KEY: list[dict[str, list[str]]] = [{}, {"key": []}]
_KEY: list[dict[str, list[str]]] = [{"key": []}]


def _json(schema: str | dict[str, Any], **examples: Any) -> dict[str, Any]:
    told = reference(schema) if isinstance(schema, str) else schema
    return {"schema": told} | ({"examples": {name: {"value": it} for name, it in examples.items()}} if examples else {})


SINGLE: dict[str, Any] = {
    "summary": "Send one application",
    "description": "Answered when Kafka has it. Sending it again is safe: the ids are derived from its content.",
    "responses": {202: answer("Recorded", "Receipt")} | problems(400, 401, 403, 413, 415, 422, 429, 503),
    "openapi_extra": {
        "security": _OPEN_OR_KEY,
        "parameters": [_IDEMPOTENCY, *_EVENT_HEADERS],
        "requestBody": {
            "required": True,
            "content": {
                JSON: _json("Submission", full=EXAMPLE, smallest=SMALLEST),
                "application/cloudevents+json": _json("SubmissionEnvelope", event=STRUCTURED),
            },
        },
    },
}
BULK: dict[str, Any] = {
    "summary": "Send many applications, one a line",
    "description": "One answer a line, in the same order (accepted, rejected with errors, or failed), then a summary.",
    "responses": {200: answer("An answer a line", "BulkAnswer", NDJSON)}
    | problems(
        400,
        401,
        403,
        413,
        415,
        but={
            422: "No row was taken: `errors` names what is wrong with the columns or their mapping.",
            503: "Nothing was recorded, Kafka is away. Where it goes away later, the lines left are answered `failed`.",
        },
    ),
    "openapi_extra": {
        "security": _OPEN_OR_KEY,
        "parameters": [
            _query("source", "For a table: the source of every row that names none.", schema=_TEXT),
            _query("programme", "For a table: the programme of every row that names none.", schema=_TEXT),
            _query(
                "mapping",
                "For a table: which column is which field. May come as the header Column-Mapping instead.",
                content={JSON: _json("ColumnMapping", chinese=MAPPING)},
            ),
        ],
        "requestBody": {
            "description": "Of any length. The schema is that of a line; an empty upload is one of no lines.",
            "required": False,
            "content": {
                NDJSON: _json("Submission"),
                "text/csv": {"schema": _TEXT, "examples": {"guessed": {"value": CSV}}},
            },
        },
    },
}
WITHDRAW: dict[str, Any] = {
    "summary": "Withdraw an application",
    "description": "Answered when Kafka has the command. `at` is when the candidate withdrew; without it, now.",
    "responses": {202: answer("Recorded", "Commanded")} | problems(400, 401, 403, 404, 413, 415, 422, 503),
    "openapi_extra": {
        "security": _OPEN_OR_KEY,
        "parameters": [
            _SOURCE,
            _path(
                "external_id",
                "What the source calls the application. A slash in it is percent-encoded.",
                {"type": "string", "minLength": 1, "maxLength": 200},
            ),
            _IDEMPOTENCY,
        ],
        "requestBody": {"required": False, "content": {JSON: _json(_AT, dated=WITHDRAWAL)}},
    },
}
ERASE: dict[str, Any] = {
    "summary": "Erase a candidate",
    "description": "Everything about the person with this address is to be forgotten, whichever source it came from.",
    "responses": {202: answer("Recorded", "Commanded")} | problems(400, 401, 403, 413, 415, 422, 503),
    "openapi_extra": {
        "security": _OPEN_OR_KEY,
        "parameters": [_IDEMPOTENCY],
        "requestBody": {"required": True, "content": {JSON: _json(_ERASURE, person=ERASURE)}},
    },
}
_TAKEN = answer(
    "Taken, passed over, or set aside among the dead letters since no application can be made of it", "Delivered"
)
HOOK: dict[str, Any] = {
    "summary": "Webhooks of HR systems",
    "description": "Each system signs in its own way, in headers or in the body, and is answered with the status it "
    "expects: docs/webhooks.md. Only what an operator has set up is there.",
    "responses": {200: _TAKEN, 202: _TAKEN}
    | problems(
        404,
        413,
        415,
        but={
            400: "Ashby: a signature of no key that is known. Others: the body is no gzip.",
            403: "A signature is missing, of no key that is known, or too old.",
            429: "Too many of this source for now: the system is to send it again.",
            503: "Kafka or the system's own API did not answer: the system is to send it again.",
        },
    ),
    "openapi_extra": {
        "parameters": [_path("system", "The HR system.", {"type": "string", "enum": [*SYSTEMS]}), _SOURCE],
        "requestBody": {"required": True, "content": {JSON: {"schema": {"type": "object"}}}},
    },
}


def _get(summary: str, responses: dict[int, dict[str, Any]]) -> dict[str, Any]:
    return {"get": {"summary": summary, "responses": {str(status): told for status, told in responses.items()}}}


_OPERATORS = {
    "/livez": _get(
        "Whether it works; if not, only a restart helps", {200: answer("Yes", "Health"), 503: answer("No", "Health")}
    ),
    "/readyz": _get("Whether all it needs is there", {200: answer("Yes", "Health"), 503: answer("No", "Health")}),
    "/metrics": _get(
        "Prometheus metrics", {200: {"description": "Metrics", "content": {"text/plain": {"schema": _TEXT}}}}
    ),
    "/asyncapi.json": _get(
        "The topics and events", {200: {"description": "AsyncAPI", "content": {JSON: {"schema": {"type": "object"}}}}}
    ),
    "/openapi.json": _get(
        "This document", {200: {"description": "OpenAPI", "content": {JSON: {"schema": {"type": "object"}}}}}
    ),
}

# The first that fits; a page shows the doors under these.
_GROUPS = ("/v1/hooks/", "Webhooks"), ("/v1/", "For HR systems"), ("/", "For operators")


def describe(app: FastAPI, *, keys: bool = False) -> None:
    """Give `app` an OpenAPI document that knows the bodies, the answers and the key, which `keys` makes necessary."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            for model in (Submission, SubmissionEnvelope, ColumnMapping):
                schema = model.model_json_schema(ref_template=_REF)
                schemas |= schema.pop("$defs", {})
                schemas[model.__name__] = schema
            schemas |= SCHEMAS
            made["components"]["securitySchemes"] = {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A source's API key: `cohort sources create`.",
                }
            }
            made["paths"] |= _OPERATORS
            for path, doors in made["paths"].items():
                for door in doors.values():
                    door["tags"] = [next(group for start, group in _GROUPS if path.startswith(start))]
                    if keys and "security" in door:
                        door["security"] = _KEY
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
