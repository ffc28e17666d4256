"""The client's types say what the public schema of a submission says; and what it makes, intake takes."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from cohort_client import Application, json_resume
from hiring.events.reading import parse
from hiring.events.submission import Submission

ROOT = Path(__file__).parents[2]
PUBLIC = json.loads((ROOT / "shared/schemas/hiring.submission.made.v1.json").read_text("utf-8"))


def shape(schema: dict[str, Any], defs: dict[str, Any]) -> Any:
    """What a type can mirror of a schema: names, which of them must be there, kinds and words; not lengths."""
    if "$ref" in schema:
        return shape(defs[schema["$ref"].rpartition("/")[2]], defs)
    if "anyOf" in schema:
        kinds = [shape(option, defs) for option in schema["anyOf"]]
        # A text may also be given as the datetime it stands for.
        return sorted({json.dumps(kind, sort_keys=True) for kind in kinds})
    if "enum" in schema:
        return sorted(schema["enum"])
    match schema["type"]:
        case "array":
            return [shape(schema["items"], defs)]
        case "object" if "properties" in schema:
            required = schema.get("required", [])
            return {
                f"{name}{' (required)' if name in required else ''}": shape(member, defs)
                for name, member in schema["properties"].items()
            }
        case "object":
            [values] = schema.get("patternProperties", {"": schema.get("additionalProperties")}).values()
            return {"*": shape(values, defs)}
        case kind:
            return kind


def test_the_types_mirror_the_public_schema() -> None:
    ours = TypeAdapter(Application).json_schema()
    assert shape(ours, ours["$defs"]) == shape(PUBLIC, PUBLIC["$defs"])


@pytest.mark.parametrize(
    "more", [{}, {"locale": "en-GB", "answers": {"ai-ethics": "x"}, "preferences": {"tracks": []}}]
)
def test_a_resume_becomes_what_intake_takes(more: Any) -> None:
    resume = json.loads((ROOT / "docs/examples/resume.json").read_text("utf-8"))
    made = json_resume.application(resume, source="portal", external_id="1", programme="p", **more)
    Draft202012Validator(PUBLIC).validate(made.application)
    parse(orjson.dumps(made.application), Submission)
