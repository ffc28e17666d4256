"""/openapi.json is kept: schemathesis makes requests of it, right and wrong, and judges every answer by it.

The requests are the same in every run; they go over HTTP to intake as a process, on a real broker.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
import yaml
from schemathesis import Case, CheckContext, Response, SerializationContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import Status, events, from_schema

from cohort.stack.kafka import KafkaNode
from hiring.topics import APPLICATIONS
from intake.openapi import EXAMPLE
from intake.sources import SourceScope
from intake.sources_file import create

from .test_intake_process import Intake, everything, folder, kafka, running

__all__ = ["folder", "kafka"]

pytestmark = pytest.mark.stack

SOURCE = EXAMPLE["source"]
SINGLE = "POST /v1/applications"
BULK = "POST /v1/applications/bulk"
WITHDRAW = "POST /v1/applications/{source}/{external_id}/withdraw"
HOOK = "POST /v1/hooks/{system}/{source}"
OPERATIONS = {
    # GET /openapi.json is what is read before all.
    "GET /",
    "GET /asyncapi.json",
    "GET /livez",
    "GET /metrics",
    "GET /readyz",
    SINGLE,
    WITHDRAW,
    "POST /v1/candidates/erase",
    BULK,
    HOOK,
}
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "every_line_is_answered",
)


@schemathesis.serializer("application/x-ndjson")
def one_line(_: SerializationContext, value: Any) -> bytes:
    """What is made for an upload is one application: its schema is that of a line."""
    return json.dumps(value, default=str).encode()


@schemathesis.check
def every_line_is_answered(_: CheckContext, response: Response, case: Case) -> None:
    """What a wrong line of an upload is told comes in its answer, and so past the checks of statuses."""
    if case.operation.label != BULK or response.status_code != 200:
        return
    document: Any = case.operation.schema.raw_schema
    schema = {"$ref": "#/components/schemas/BulkAnswer", "components": document["components"]}
    answers = [json.loads(line) for line in response.content.split(b"\n") if line]
    for answer in answers:
        jsonschema.validate(answer, schema)
    *told, last = answers
    summary = last["summary"]
    assert len(told) == summary["lines"] == summary["accepted"] + summary["rejected"]
    assert summary["failed"] == 0
    if case.meta is not None and case.meta.is_negative_at(ParameterLocation.BODY):
        assert summary["accepted"] == 0, "an application that is none was taken"


def config(examples: int, key: str | None = None) -> SchemathesisConfig:
    """Requests of all kinds that are the same in every run: so many drawn for each operation, and every edge.

    With a key, it goes with every request, and is tried without.
    """
    checks = (*CHECKS, "ignored_auth") if key else CHECKS
    told: dict[str, Any] = {
        "seed": 1,
        "generation": {"deterministic": True, "database": "none", "max-examples": examples, "no-shrink": True},
        "phases": {"stateful": {"enabled": False}},
        "checks": {"enabled": False, **{name: {"enabled": True} for name in checks}},
        "operations": [
            # A line that is wrong is no wrong upload: every_line_is_answered looks after it.
            {"include-name": BULK, "checks": {"negative_data_rejection": {"enabled": False}}},
            {"include-name": HOOK, "parameters": {"path.system": "greenhouse", "path.source": SOURCE}},
        ],
        "request-timeout": 20,
    }
    if key:
        # The edges are the same as without a key.
        told["phases"]["coverage"] = {"enabled": False}
        told["auth"] = {"openapi": {"key": {"bearer": key}}}
        told["operations"].append({"include-name": WITHDRAW, "parameters": {"path.source": SOURCE}})
    return SchemathesisConfig.from_dict(told)


def judged(url: str, settings: SchemathesisConfig) -> tuple[Counter[tuple[str, int]], list[str]]:
    """How often each operation answered each status, and what is wrong."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json", config=settings)
    answered: Counter[tuple[str, int]] = Counter()
    wrong: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            wrong.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.ScenarioFinished):
            answered.update(_answers(event))
            wrong += _failures(event)
    return answered, wrong


def _answers(event: events.ScenarioFinished) -> Iterator[tuple[str, int]]:
    for interaction in event.recorder.interactions.values():
        if interaction.response is not None:
            yield event.recorder.label, interaction.response.status_code


def _failures(event: events.ScenarioFinished) -> Iterator[str]:
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.status is Status.FAILURE and (told := check.failure_info) is not None:
                case = event.recorder.cases[case_id].value
                what = f"{check.name}: {told.failure.title}: {told.failure.message}"
                yield f"{event.recorder.label}: {what}\n{case.as_curl_command()}"


@pytest.fixture(scope="module")
async def open_doors(folder: Path, kafka: KafkaNode) -> AsyncIterator[Intake]:
    """Intake without keys, with a webhook that is set up."""
    hooks = {"greenhouse": {SOURCE: {"keys": ["a key of the tests"], "programme": "ai-internships-2026"}}}
    file = folder / "hooks.yaml"
    file.write_text(yaml.safe_dump(hooks), encoding="utf-8")
    async with running(folder, kafka.bootstrap_servers, hooks_file=file) as process:
        await process.answers("/readyz", 200)
        yield process


@pytest.fixture(scope="module")
async def kept_doors(folder: Path, kafka: KafkaNode) -> AsyncIterator[tuple[Intake, str]]:
    """Intake with keys, and one that may do everything."""
    file = folder / "sources.json"
    key = create(file, SOURCE, [*SourceScope])
    async with running(folder, kafka.bootstrap_servers, sources_file=file) as process:
        await process.answers("/readyz", 200)
        yield process, key


def taken(answered: Mapping[tuple[str, int], int]) -> set[str]:
    """The operations that said yes at least once."""
    return {operation for operation, status in answered if 200 <= status < 300}


async def test_open_doors_answer_as_documented(open_doors: Intake, kafka: KafkaNode) -> None:
    answered, wrong = await asyncio.to_thread(judged, str(open_doors.http.base_url), config(25))
    print(f"\n{sum(answered.values())} requests: {sorted(answered.items())}")
    assert not wrong, "\n\n".join(wrong)
    assert {operation for operation, _ in answered} == OPERATIONS
    assert taken(answered) >= OPERATIONS - {HOOK}, "nobody but a system can sign"
    assert not [status for _, status in answered if status >= 500]
    assert len(await everything(kafka, APPLICATIONS)) >= answered[SINGLE, 202], "what was taken is in Kafka"


async def test_no_door_opens_without_its_key(kept_doors: tuple[Intake, str]) -> None:
    process, key = kept_doors
    answered, wrong = await asyncio.to_thread(judged, str(process.http.base_url), config(10, key))
    assert not wrong, "\n\n".join(wrong)
    doors = {operation for operation in OPERATIONS if operation.startswith("POST")} - {HOOK}
    assert taken(answered) >= doors
    assert not [status for _, status in answered if status >= 500]
