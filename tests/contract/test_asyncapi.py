"""The AsyncAPI document: it is the code's, it is valid, and what it says of a record holds for real ones."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest

from hiring import asyncapi
from hiring.events import CONTRACTS
from hiring.events.dead_letter import NOWHERE, Redriven, dead_letter
from hiring.events.envelope import cloudevent_headers
from hiring.topics import DEAD_LETTERS, HR_SYSTEMS, TOPICS
from intake.consumer import IntakeStep
from notify.consumer import NotifyStep
from screening.consumer import ScreeningStep

ROOT = Path(__file__).parents[2]
# AsyncAPI's own; `schemas/README.md` says from where.
SPECIFICATION = Path(__file__).parent / "schemas" / "asyncapi-3.0.0.json"
DOCUMENT = asyncapi.document()
STEPS = {"intake": IntakeStep, "screening": ScreeningStep, "notify": NotifyStep}


def test_the_committed_document_is_the_codes() -> None:
    committed = (ROOT / "shared" / "schemas" / "asyncapi.json").read_text()
    assert committed == asyncapi.text(), "run `make schemas` and commit what it wrote"


def test_it_is_valid_asyncapi() -> None:
    jsonschema.Draft7Validator(json.loads(SPECIFICATION.read_text())).validate(DOCUMENT)


@pytest.mark.parametrize("broken", ["action", "bindings", "payload"])
def test_the_specification_would_refuse_another(broken: str) -> None:
    wrong = json.loads(asyncapi.text())
    match broken:
        case "action":
            wrong["operations"]["send-submissions"]["action"] = "publish"
        case "bindings":
            wrong["channels"]["decisions"]["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"] = "compact"
        case _:
            wrong["components"]["schemas"]["Submission"]["properties"]["source"]["type"] = "text"
    assert not jsonschema.Draft7Validator(json.loads(SPECIFICATION.read_text())).is_valid(wrong)


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for each in value.values() for found in references(each)]
        return [found for each in value for found in references(each)] if isinstance(value, list) else []

    for reference in references(DOCUMENT):
        place: Any = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]


def test_every_event_belongs_to_one_topic() -> None:
    told = [type_ for topic in TOPICS for type_ in asyncapi.event_types(topic)]
    assert sorted(told) == sorted(CONTRACTS)


@pytest.mark.parametrize("service", STEPS)
def test_a_service_reads_exactly_what_is_declared(service: str) -> None:
    """Its consumer's own table, which is what the broker must let it read."""
    contracts = STEPS[service].contracts
    declared = {topic.name: topic for topic in TOPICS if service in topic.read_by}
    assert set(contracts) <= set(declared)
    for topic, types in contracts.items():
        assert set(types) <= set(asyncapi.event_types(declared[topic]))


def test_every_consumer_may_bury() -> None:
    (dead,) = (topic for topic in TOPICS if topic.name == DEAD_LETTERS)
    assert set(dead.written_by) >= set(STEPS)


def test_screening_is_blind() -> None:
    seen = {topic.name for topic in TOPICS if "screening" in topic.read_by}
    assert seen.isdisjoint({"hiring.contacts", "hiring.demographics", "hiring.submissions"})


def test_an_hr_system_sends_and_all_else_is_received() -> None:
    sent = {name for name, operation in DOCUMENT["operations"].items() if operation["action"] == "send"}
    assert sent == {"send-submissions"}
    assert [topic.name for topic in TOPICS if HR_SYSTEMS in topic.written_by] == ["hiring.submissions"]
    assert len(DOCUMENT["operations"]) == len(TOPICS)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_channel_is_as_its_topic_is_created(topic: Any) -> None:
    channel = DOCUMENT["channels"][topic.name.removeprefix("hiring.")]
    configured = channel["bindings"]["kafka"]["topicConfiguration"]
    as_kafka_has_it = {
        name: ",".join(told) if isinstance(told, list) else str(told) for name, told in configured.items()
    }
    assert as_kafka_has_it == topic.configs()
    assert ("tombstone" in channel["messages"]) == (topic.kept_days is None)


@pytest.mark.parametrize("type_", CONTRACTS)
def test_every_event_is_shown_by_an_example_that_is_one(type_: str) -> None:
    assert type_ in asyncapi.examples(), "write a full one in shared/hiring/events/examples.json"
    CONTRACTS[type_].model_validate(asyncapi.examples()[type_])
    message = DOCUMENT["components"]["messages"][type_]
    _check(asyncapi.examples()[type_], message["payload"])
    assert asyncapi.examples()[type_] == message["examples"][0]["payload"]


@pytest.mark.parametrize("type_", CONTRACTS)
def test_the_headers_of_a_real_event_are_as_told(type_: str) -> None:
    real = cloudevent_headers(type_, "1", "/cohort/intake", "2026-03-01T10:00:00Z", "key")
    headers = {name: value.decode() for name, value in real if value is not None}
    told = DOCUMENT["components"]["messages"][type_]["headers"]
    _check(headers, told)
    with pytest.raises(jsonschema.ValidationError):
        _check(headers | {"ce_type": "another"}, told)


@pytest.mark.parametrize("place", [2, NOWHERE])
def test_the_headers_of_a_real_dead_letter_are_as_told(place: int) -> None:
    letter = dead_letter(
        "invalid",
        "x: is missing",
        topic="t",
        partition=place,
        offset=place,
        group="g",
        at=datetime.now(UTC),
        timestamp=5,
        redriven=Redriven(0, 17, UUID(int=7)),
    )
    headers = {
        name: value.decode() for name, value in letter.outgoing("d", b"k", b"v", ()).headers if value is not None
    }
    told = DOCUMENT["components"]["messages"]["hiring.dead-letter"]["headers"]
    _check(headers, told)
    assert set(headers) == set(told["properties"])


def test_it_names_no_address_but_the_licences() -> None:
    assert re.findall(r"https?://[^\"]+", asyncapi.text()) == ["https://www.apache.org/licenses/LICENSE-2.0"]


def _check(value: Any, schema: dict[str, Any]) -> None:
    """AsyncAPI reads schemas as draft 7 does."""
    jsonschema.Draft7Validator({"allOf": [schema], "components": DOCUMENT["components"]}).validate(value)
