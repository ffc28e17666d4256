"""From the AsyncAPI document to what the page of topics shows; pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

_COMPACTED = "for ever: the newest record of each key (compacted)"
_DAY_MS = 24 * 60 * 60 * 1000
_BOUNDS = (
    ("minLength", "maxLength", "characters"),
    ("minItems", "maxItems", "items"),
    ("minProperties", "maxProperties", "entries"),
    ("minimum", "maximum", ""),
)
_BEYOND = {"exclusiveMinimum": "more than {}", "exclusiveMaximum": "less than {}", "pattern": "matches {}"}
_COUNTABLE = {"string", "number", "integer", "boolean", "object"}


@dataclass(frozen=True)
class Field:
    """One place in an event: `education[].grade.value`; `kind` is its type in words, `about` its bounds and meaning."""

    path: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True)
class Message:
    """One kind of record; `example` is JSON text, or empty."""

    name: str
    about: str
    headers: list[Field]
    fields: list[Field]
    example: str


@dataclass(frozen=True)
class Topic:
    """A topic as the page shows it; `anchor` names its place on the page."""

    anchor: str
    name: str
    purpose: str
    key: str
    kept: str
    largest: str
    written_by: str
    read_by: str
    messages: list[Message]


def topics(document: dict[str, Any]) -> list[Topic]:
    """Every channel of an AsyncAPI document, in its order."""
    return [_topic(anchor, channel, document["components"]) for anchor, channel in document["channels"].items()]


def _topic(anchor: str, channel: dict[str, Any], components: dict[str, Any]) -> Topic:
    configured = channel["bindings"]["kafka"]["topicConfiguration"]
    compacted = "compact" in configured["cleanup.policy"]
    return Topic(
        anchor,
        channel["address"],
        channel["description"],
        channel["x-key"],
        _COMPACTED if compacted else f"{configured['retention.ms'] // _DAY_MS} days",
        f"{configured['max.message.bytes'] // 1024**2} MiB",
        ", ".join(channel["x-written-by"]),
        ", ".join(channel["x-read-by"]),
        [_message(components["messages"][name], components["schemas"]) for name in channel["messages"]],
    )


def _message(message: dict[str, Any], schemas: dict[str, Schema]) -> Message:
    example = next(iter(message.get("examples", ())), None)
    return Message(
        message["name"],
        message["description"],
        list(_fields(message.get("headers", {}), schemas)),
        list(_fields(message["payload"], schemas)),
        json.dumps(example["payload"], indent=2, ensure_ascii=False) if example else "",
    )


def _fields(schema: Schema, schemas: dict[str, Schema], below: str = "") -> Iterator[Field]:
    """A schema's properties and theirs, depth first. The contracts have no recursive type."""
    schema = _followed(schema, schemas)
    for name, told in schema.get("properties", {}).items():
        inner, nullable = _without_null(_followed(told, schemas), schemas)
        path, repeated = below + name, inner
        while (deeper := _repeated(repeated)) is not None:
            path += "[]" if "items" in repeated else ".*"
            repeated = _followed(deeper, schemas)
        kind = _kind(inner, schemas) + (" or null" if nullable else "")
        about = "; ".join(
            filter(None, (_bounds(inner), _bounds(repeated) if repeated is not inner else "", _meaning(told)))
        )
        yield Field(below + name, kind, name in schema.get("required", ()), about)
        yield from _fields(repeated, schemas, path + ".")


def _followed(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    """What a reference leads to; parts that all hold, as one."""
    if "$ref" in schema:
        return _followed(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "allOf" in schema:
        parts = [_followed(part, schemas) for part in schema["allOf"]]
        properties = {name: field for part in parts for name, field in part.get("properties", {}).items()}
        return {**parts[0], "properties": properties}
    return schema


def _without_null(schema: Schema, schemas: dict[str, Schema]) -> tuple[Schema, bool]:
    """The schema of a value that is there, and whether there may be none."""
    choices = schema.get("anyOf", ())
    others = [choice for choice in choices if choice.get("type") != "null"]
    if len(others) == len(choices) or len(others) != 1:
        return schema, False
    rest = {name: told for name, told in schema.items() if name != "anyOf"}
    return {**rest, **_followed(others[0], schemas)}, True


def _repeated(schema: Schema) -> Schema | None:
    """What a list or a map is made of."""
    if "items" in schema:
        return dict(schema["items"])
    inner = next(iter(schema.get("patternProperties", {}).values()), schema.get("additionalProperties"))
    return dict(inner) if isinstance(inner, dict) else None


def _kind(schema: Schema, schemas: dict[str, Schema]) -> str:
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if (inner := _repeated(schema)) is not None:
        kind = _kind(_followed(inner, schemas), schemas)
        return ("list of " if "items" in schema else "map of ") + (f"{kind}s" if kind in _COUNTABLE else kind)
    if "anyOf" in schema:
        return " or ".join(_kind(_followed(choice, schemas), schemas) for choice in schema["anyOf"])
    return str(schema.get("format") or schema.get("type", "anything"))


def _bounds(schema: Schema) -> str:
    told = [span for bound in _BOUNDS if (span := _span(schema, *bound))]
    told += [_BEYOND[name].format(schema[name]) for name in _BEYOND if name in schema]
    return ", ".join(told)


def _span(schema: Schema, least: str, most: str, unit: str) -> str:
    low, high = schema.get(least), schema.get(most)
    if low is None and high is None:
        return ""
    span = f"at least {low:g}" if high is None else f"at most {high:g}" if low is None else f"{low:g} to {high:g}"
    return f"{span} {unit}".strip()


def _meaning(schema: Schema) -> str:
    """What a field itself says; what a type it refers to says is the type's, and often of another place."""
    return str(schema.get("description", ""))
