"""What /openapi.json says of the doors: FastAPI cannot see it, since bodies are read raw."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hiring.events.submission import Submission
from intake.problems import MEDIA_TYPE

_REF = "#/components/schemas/{model}"

EXAMPLE: dict[str, Any] = {
    "source": "campus-portal",
    "external_id": "2026-000123",
    "programme": "ai-internships-2026",
    "candidate": {
        "name": "Lin Xiaoyu",
        "email": "lin.xiaoyu@example.com",
        "phone": "+86 138 0013 8000",
        "locale": "zh-CN",
        "time_zone": "Asia/Shanghai",
    },
    "submitted_at": "2026-03-01T10:00:00+08:00",
    "education": [
        {
            "institution": "Example University",
            "level": "bachelor",
            "field": "Computer Science",
            "graduation": "2026-06",
            "grade": {"value": 3.6, "scale": 4},
        }
    ],
    "courses": [{"name": "Linear Algebra", "area": "mathematics", "grade": {"value": 91, "scale": 100}}],
    "projects": [
        {
            "title": "Search over course notes",
            "kind": "academic",
            "domain": "language",
            "ai": True,
            "summary": "A retrieval pipeline over 12,000 notes, measured against BM25.",
        }
    ],
    "assessments": [{"name": "coding", "score": 78, "out_of": 100, "taken": "2026-02"}],
    "answers": {"ai-ethics": "I would measure outcomes by group before and after release."},
    "preferences": {"tracks": ["ai"], "units": ["research"]},
    "consents": {"data_processing": True, "automated_screening": True},
    "demographics": {"region": "rural"},
}
_SMALLEST = {key: EXAMPLE[key] for key in ("source", "external_id", "programme")} | {
    "candidate": {"name": "Lin Xiaoyu", "email": "lin.xiaoyu@example.com"}
}

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
SINGLE: dict[str, Any] = {
    "summary": "Send one application",
    "description": "Answered when Kafka has it. Sending it again is safe: the ids are derived from its content.",
    "responses": {
        202: {
            "description": "Recorded",
            "content": {"application/json": {"schema": {"$ref": _REF.format(model="Receipt")}}},
        }
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": _REF.format(model="Submission")},
                    "examples": {"full": {"value": EXAMPLE}, "smallest": {"value": _SMALLEST}},
                }
            },
        }
    },
}
BULK: dict[str, Any] = {
    "summary": "Send many applications, one a line",
    "description": "One answer a line, in the same order (accepted, rejected with errors, or failed), then a summary.",
    "responses": {200: {"description": "Answers", "content": {"application/x-ndjson": {}}}},
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {"application/x-ndjson": {"schema": {"$ref": _REF.format(model="Submission")}}},
        }
    },
}


def describe(app: FastAPI) -> None:
    """Give `app` an OpenAPI document that knows the submission, the receipt and the problem."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes)
            submission = Submission.model_json_schema(ref_template=_REF)
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            schemas |= submission.pop("$defs", {})
            schemas |= {"Submission": submission, "Receipt": _RECEIPT, "Problem": _PROBLEM}
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
