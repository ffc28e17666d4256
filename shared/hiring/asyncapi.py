"""The AsyncAPI 3.0 document of the log, made from what the code declares: topics, events, keys and retention.

One document for all topics, told from where its reader stands: somebody who writes an application beside Cohort, most
of them an HR system. AsyncAPI's `send` and `receive` are what that application does, so there is one operation to
send, the submission, and one to receive for every other topic. Cohort's own services are no readers of this document;
which of them writes and reads a channel stands in `x-written-by` and `x-read-by`, for whoever grants access.
"""

import json
import re
from functools import cache
from importlib.resources import files
from inspect import cleandoc
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from hiring.events import CONTRACTS
from hiring.events.dead_letter import PREFIX, DeadLetter
from hiring.topics import HR_SYSTEMS, TOPICS, Topic

_BINDING = "0.5.0"
_SCHEMA = "#/components/schemas/{model}"
_TOMBSTONE = "tombstone"
_DEAD_LETTER = "hiring.dead-letter"

_TITLE = "Cohort's log"
_ABOUT = """\
Every topic of Cohort, a pipeline for graduate hiring, for whoever writes an application beside it. Send submissions;
receive what your operator grants you. Every event is a CloudEvent 1.0 in Kafka's binary mode: its attributes are
headers, its value is the data as JSON. A submission may also be sent in structured mode, as
`application/cloudevents+json`. The version is in the event's type: within one, fields are only ever added, as optional,
so pass over those that you do not know. Delivery is at least once, and a repeated event has the same `ce_id`. HTTP is
described by /openapi.json."""

_CLOUDEVENT: dict[str, Any] = {
    "type": "object",
    "description": "The attributes of a CloudEvent 1.0 (Kafka Protocol Binding 1.0.2, binary mode), as UTF-8 text.",
    "required": ["ce_specversion", "ce_type", "ce_id", "ce_source"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_type": {"type": "string", "description": "What happened, with its version."},
        "ce_id": {"type": "string", "description": "Names the event; the same when it is repeated."},
        "ce_source": {"type": "string", "format": "uri-reference", "description": "Who published it."},
        "ce_time": {"type": "string", "format": "date-time", "description": "When it happened."},
        "ce_subject": {"type": "string", "description": "What it is about."},
        "content-type": {"const": "application/json"},
    },
}


def document() -> dict[str, Any]:
    """The whole document, as JSON data."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": _TITLE,
            "version": "1",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "The broker's own access rules say who may write and read which topic.",
                "variables": {
                    "bootstrap": {"description": "host:port, from your operator (HIRING_KAFKA_BOOTSTRAP_SERVERS)."}
                },
            }
        },
        "channels": {_channel_id(topic): _channel(topic) for topic in TOPICS},
        "operations": dict(_operation(topic) for topic in TOPICS),
        "components": {"messages": _messages(), "schemas": _schemas()[1]},
    }


def text() -> str:
    """The document as it is committed and served."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def event_types(topic: Topic) -> list[str]:
    """The types of a topic's events, as CONTRACTS orders them."""
    return [type_ for type_ in CONTRACTS if topic.events and type_.startswith(topic.events)]


def _channel_id(topic: Topic) -> str:
    return topic.name.removeprefix("hiring.")


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "title": topic.name,
        "description": topic.purpose,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _message_names(topic)},
        "bindings": {"kafka": {"topicConfiguration": _configuration(topic), "bindingVersion": _BINDING}},
        "x-key": topic.key,
        "x-written-by": list(topic.written_by),
        "x-read-by": list(topic.read_by),
    }


def _message_names(topic: Topic) -> list[str]:
    if not topic.events:
        return [_DEAD_LETTER]
    return event_types(topic) + ([_TOMBSTONE] if topic.kept_days is None else [])


def _configuration(topic: Topic) -> dict[str, Any]:
    """What a topic is created with, typed as the binding wants it."""
    configured: dict[str, Any] = dict(topic.configs())
    configured["cleanup.policy"] = configured["cleanup.policy"].split(",")
    for name in {"retention.ms", "max.message.bytes"} & configured.keys():
        configured[name] = int(configured[name])
    return dict(sorted(configured.items()))


def _operation(topic: Topic) -> tuple[str, dict[str, Any]]:
    sends = HR_SYSTEMS in topic.written_by
    channel = _channel_id(topic)
    return f"{'send' if sends else 'receive'}-{channel}", {
        "action": "send" if sends else "receive",
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": topic.purpose,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in _message_names(topic)],
    }


def _messages() -> dict[str, Any]:
    told = {type_: _event(topic, type_) for topic in TOPICS for type_ in event_types(topic)}
    return told | {_TOMBSTONE: _tombstone(), _DEAD_LETTER: _dead_letter()}


def _event(topic: Topic, type_: str) -> dict[str, Any]:
    example = examples().get(type_)
    return {
        "name": type_,
        "title": CONTRACTS[type_].__name__,
        "description": _meaning(CONTRACTS[type_]),
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": _SCHEMA.format(model="CloudEvent")},
                {"type": "object", "properties": {"ce_type": {"const": type_}}},
            ]
        },
        "payload": _schemas()[0][type_],
        "bindings": _keyed(topic.key),
    } | ({"examples": [{"name": "full", "payload": example}]} if example else {})


def _tombstone() -> dict[str, Any]:
    return {
        "name": _TOMBSTONE,
        "title": "Tombstone",
        "description": "A key without a value or headers: whatever stood under this key is to be forgotten.",
        "payload": {"type": "null"},
        "bindings": _keyed("what is to be forgotten: the key that its events had"),
    }


def _dead_letter() -> dict[str, Any]:
    """Headers are text, so every field of the reason is a string there."""
    reason = DeadLetter.model_json_schema()
    fields = {name: {"type": "string"} | _format(field) for name, field in reason["properties"].items()}
    return {
        "name": _DEAD_LETTER,
        "title": "DeadLetter",
        "description": "A record that failed: key, value and headers unchanged, and the reason in headers beside them.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "description": "What the record had, and these.",
            "required": [PREFIX + name for name in reason["required"]],
            "properties": {PREFIX + name: field for name, field in fields.items()},
        },
        "payload": {"description": "What the record had, byte for byte; it may be no JSON, or nothing."},
        "bindings": _keyed("as the record that failed"),
    }


def _format(field: dict[str, Any]) -> dict[str, Any]:
    # One that may be left out is `anyOf` that and null.
    told = field.get("anyOf", [field])[0]
    return {"pattern": "^-?[0-9]+$"} if told["type"] == "integer" else {k: told[k] for k in ("format",) if k in told}


def _keyed(key: str) -> dict[str, Any]:
    return {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": _BINDING}}


def _meaning(model: type[BaseModel]) -> str:
    """What a model says of itself, without the key, which stands elsewhere."""
    return re.sub(r"Key: [^.]*\.\s*", "", cleandoc(model.__doc__ or ""))


@cache
def examples() -> dict[str, Any]:
    """One full event of each type, as JSON data, by its type."""
    found: dict[str, Any] = json.loads((files("hiring.events") / "examples.json").read_text(encoding="utf-8"))
    return found


@cache
def _schemas() -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """A reference to the schema of each event type, and every schema by its name.

    pydantic keeps two models of one name apart by longer names, so the references are its own.
    """
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in CONTRACTS.values()]
    references, found = models_json_schema(models, ref_template=_SCHEMA)
    by_type = {type_: references[model, "validation"] for type_, model in CONTRACTS.items()}
    return by_type, {"CloudEvent": _CLOUDEVENT} | found["$defs"]
