"""What an operator sees of the whole pipeline: one trace of one application, and how far behind each service is."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cohort.pipeline import Pipeline

from .collector import Collector, Received
from .letters import letter_to

pytestmark = pytest.mark.stack

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "application.json"
READ = {
    "intake": {"hiring.submissions"},
    "screening": {"hiring.applications", "hiring.commands"},
    "notify": {"hiring.decisions", "hiring.contacts", "hiring.commands"},
}
SPANS = {"intake accept", "intake publish", "screening decide", "notify enter", "notify send"}


async def send(pipeline: Pipeline, trace: str | None = None) -> tuple[str, str]:
    """An application of its own; its id and its candidate's address."""
    application = json.loads(EXAMPLE.read_text()) | {"external_id": uuid4().hex}
    application["candidate"]["email"] = address = f"{uuid4().hex}@example.org"
    headers = {} if trace is None else {"traceparent": f"00-{trace}-{'7' * 16}-01"}
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        url = f"{pipeline.addresses.intake_url}/v1/applications"
        answer = await client.post(url, json=application, headers=headers)
    assert answer.status_code == 202, answer.text
    return answer.json()["application_id"], address


async def metrics(pipeline: Pipeline, service: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """What the service tells: labels and value, by the name of the sample."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        text = (await client.get(f"{pipeline.services[service].url}/metrics")).text
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


async def lag(pipeline: Pipeline, service: str) -> dict[str, tuple[float, float]]:
    """Records and seconds, by topic."""
    told = await metrics(pipeline, service)
    records: dict[str, float] = {}
    for labels, value in told.get("hiring_consumer_lag_records", []):
        assert labels["service"] == service
        records[labels["topic"]] = records.get(labels["topic"], 0) + value
    seconds = {labels["topic"]: value for labels, value in told.get("hiring_consumer_lag_seconds", [])}
    return {topic: (records[topic], seconds[topic]) for topic in records}


async def until(fact: Callable[[], Awaitable[Any]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await fact():
            await asyncio.sleep(0.1)


async def test_one_application_is_one_trace_from_its_door_to_the_relays_250(
    pipeline: Pipeline, collector: Collector
) -> None:
    trace = uuid4().hex
    application, address = await send(pipeline, trace)
    assert await letter_to(pipeline, address)
    untraced, _ = await send(pipeline)

    async def whole() -> bool:
        return collector.of(trace).keys() >= SPANS

    await until(whole)
    spans = collector.of(trace)
    assert spans.keys() == SPANS
    assert {name: span.service for name, span in spans.items()} == {name: name.split()[0] for name in SPANS}
    publish, decide = spans["intake publish"], spans["screening decide"]
    chain = {
        "intake accept": "7" * 16,
        "intake publish": spans["intake accept"].span,
        "screening decide": publish.span,
        "notify enter": decide.span,
        "notify send": decide.span,
    }
    assert {name: span.parent for name, span in spans.items()} == chain
    assert {span.attributes["application_id"] for span in spans.values()} == {application}
    assert spans["notify send"].attributes["verdict"] == "taken"
    assert not _personal(spans.values(), address)
    assert untraced not in str(spans)


def _personal(spans: Any, address: str) -> list[Received]:
    candidate = json.loads(EXAMPLE.read_text())["candidate"]
    return [span for span in spans if address in span.raw or candidate["name"] in span.raw]


async def test_a_service_that_stands_still_falls_behind_and_catches_up(pipeline: Pipeline) -> None:
    for service, topics in READ.items():

        async def caught_up(service: str = service, topics: set[str] = topics) -> bool:
            behind = await lag(pipeline, service)
            return topics <= behind.keys() and all(one == (0, 0) for one in behind.values())

        await until(caught_up, 60)

    connection = await asyncpg.connect(pipeline.addresses.screening_dsn)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE decisions IN ACCESS EXCLUSIVE MODE")
            addresses = [(await send(pipeline))[1] for _ in range(3)]

            async def behind(records: int, seconds: float) -> bool:
                found = (await lag(pipeline, "screening"))["hiring.applications"]
                return found[0] == records and found[1] > seconds

            await until(lambda: behind(3, 0))
            await until(lambda: behind(3, 3))
    finally:
        await connection.close()
    assert await letter_to(pipeline, addresses[-1])
    for service in READ:

        async def none(service: str = service) -> bool:
            return all(one == (0, 0) for one in (await lag(pipeline, service)).values())

        await until(none)


async def test_what_was_decided_and_by_which_policy(pipeline: Pipeline) -> None:
    before = await metrics(pipeline, "screening")
    _, address = await send(pipeline)
    assert await letter_to(pipeline, address)
    told = await metrics(pipeline, "screening")
    decided = [
        {labels["outcome"]: value for labels, value in at.get("hiring_decisions_total", [])} for at in (before, told)
    ]
    assert sum(decided[1].values()) == sum(decided[0].values()) + 1
    in_force = {labels["programme"]: (labels, value) for labels, value in told["hiring_policy_info"]}
    labels, value = in_force["ai-internships-2026"]
    assert (len(labels["digest"]), bool(labels["version"]), value) == (64, True, 1)
