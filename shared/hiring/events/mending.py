"""What is wrong with a field, as a sentence that says what to send. None repeats anything of what was sent."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from hiring.events.fields import LOCALE, SLUG, TIME_ZONE

_NEAR = 0.65
"""How alike a name must be to be taken for a slip."""

_MOMENT = "send RFC 3339 with the offset from UTC, as in 2026-06-01T12:00:00+08:00"
_NUMBER = "is not a number: send one such as 3.6"
_TRUTH = "is not yes or no: send true or false, without quotes"
_SENTENCES = {
    "datetime_parsing": f"is not a date and time: {_MOMENT}",
    "datetime_from_date_parsing": f"is not a date and time: {_MOMENT}",
    "datetime_type": f"is not a date and time: {_MOMENT}",
    "timezone_aware": "says no offset from UTC: send RFC 3339, as in 2026-06-01T12:00:00+08:00",
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "string_type": "is not text: send text in quotes",
    "model_type": "is not an object: send {…} with its fields",
    "model_attributes_type": "is not an object: send {…} with its fields",
    "dict_type": "is not an object: send {…} with its fields",
    "tuple_type": "is not a list: send […]",
    "list_type": "is not a list: send […]",
}
"""By pydantic's type of error; what is not here says in pydantic's own words what to send."""

_PATTERNS = {
    SLUG: "is not a name as it must be here: send lower-case letters, digits, `.`, `_` and `-`, at most 63 and "
    "beginning with a letter or digit, as in campus-portal or ai-internships-2026",
    LOCALE: "is not a language: send a tag such as en or zh-CN",
    TIME_ZONE: "is not a time zone: send a name such as Asia/Shanghai",
}


def sentence(error: ErrorDetails, model: type[BaseModel] | None = None) -> str:
    """What is wrong and what to send; `model` is what it should have been, for the names of its fields."""
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            return unknown_field(str(error["loc"][-1]), _fields_at(model, error["loc"][:-1]) if model else ())
        case "string_pattern_mismatch" if context.get("pattern") in _PATTERNS:
            return _PATTERNS[context["pattern"]]
        case "string_too_short" if context.get("min_length") == 1:
            return "is empty: send text"
        case "string_too_long" if "max_length" in context:
            return f"is longer than {context['max_length']} characters"
        case "too_long" if "max_length" in context:
            return f"has more than {context['max_length']} entries"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
    return _SENTENCES.get(kind, error["msg"])


def unknown_field(name: str, known: Iterable[str]) -> str:
    """What to say of a field that there is not; the name itself is not repeated."""
    near = difflib.get_close_matches(name[:100], list(known), 1, _NEAR)
    return f"is no field; is it {near[0]}?" if near else "is no field: remove it, or see the schema for its name"


@cache
def schema_of(model: type[BaseModel]) -> Mapping[str, Any]:
    """The JSON Schema of a model, made once."""
    return model.model_json_schema()


def _fields_at(model: type[BaseModel], place: Sequence[int | str]) -> set[str]:
    """The names of the fields that an object at this place of a `model` has."""
    whole = schema_of(model)
    there = list(_resolved(whole, whole))
    for step in place:
        there = [found for one in there for inner in _within(one, step) for found in _resolved(inner, whole)]
    return {name for one in there for name in one.get("properties", {})}


def _within(schema: Mapping[str, Any], step: int | str) -> Iterator[Mapping[str, Any]]:
    if isinstance(step, int):
        inner = [schema.get("items"), *schema.get("prefixItems", ())]
    elif any(told.get("const") == step for told in schema.get("properties", {}).values()):
        # The kind of one of several, which pydantic puts into the place.
        inner = [schema]
    else:
        inner = [schema.get("properties", {}).get(step)]
    yield from (one for one in inner if isinstance(one, dict))


def _resolved(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a schema may be: itself without references, each of its alternatives."""
    if reference := schema.get("$ref"):
        yield from _resolved(whole["$defs"][reference.rpartition("/")[2]], whole)
        return
    yield schema
    for alternatives in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(alternatives, ()):
            yield from _resolved(one, whole)
