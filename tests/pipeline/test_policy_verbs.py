"""The verbs that look: a stricter policy is tried on what came in, and a decision is explained; nothing changes."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import yaml
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from cohort.pipeline import Pipeline
from hiring.identity import application_id
from hiring.topics import TOPICS
from screening.settings import HERE

pytestmark = pytest.mark.stack

SOURCE, SIZE, FEW_COURSES = "whatif", 300, 100
PATIENCE_SECONDS = 90
REFERENCE = HERE / "policies" / "ai-internships-2026.yaml"


def application(number: int) -> dict[str, Any]:
    """A strong application to the AI track; the first have two courses in mathematics, the others three."""
    mathematics = ["Calculus", "Linear algebra"] + (["Optimisation"] if number >= FEW_COURSES else [])
    others = ["Data structures", "Algorithms", "Operating systems", "Databases", "Probability", "Statistics"]
    return {
        "source": SOURCE,
        "external_id": str(number),
        "programme": "ai-internships-2026",
        "candidate": {"name": "Ada Lovelace", "email": f"ada{number}@whatif.example"},
        "education": [{"level": "master", "graduation": "2026-06", "grade": {"value": 3.9, "scale": 4}}],
        "courses": [{"name": name} for name in mathematics + others],
        "projects": [{"title": f"Project {n}", "ai": True} for n in range(3)],
        "answers": {"ai-ethics": "A model must be able to say why. " * 10},
        "preferences": {"tracks": ["ai"], "units": ["cloud"]},
        "consents": {"data_processing": True, "automated_screening": True},
    }


IDS = [application_id(SOURCE, str(number)) for number in range(SIZE)]


@pytest.fixture(scope="module")
async def decided(pipeline: Pipeline) -> AsyncIterator[Pipeline]:
    """The pipeline, once our applications are decided and everything it does for them is done."""
    lines = "\n".join(json.dumps(application(number)) for number in range(SIZE))
    async with httpx.AsyncClient(base_url=pipeline.addresses.intake_url, trust_env=False, timeout=30) as client:
        headers = {"content-type": "application/x-ndjson"}
        answer = await client.post("/v1/applications/bulk", content=lines, headers=headers)
        assert answer.status_code == 200, answer.text
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await letters(pipeline) < SIZE:
            await asyncio.sleep(0.1)
        # Not until every group is at the end: a transaction's marker at the end of a topic is never committed past.
        before, now = None, await places(pipeline)
        while before != now:
            await asyncio.sleep(0.5)
            before, now = now, await places(pipeline)
    yield pipeline


async def letters(pipeline: Pipeline) -> int:
    query = "SELECT count(*) FROM letters WHERE application_id = ANY($1) AND state = 'sent'"
    return int(await asked(pipeline.addresses.notify_dsn, query, IDS))


async def asked(dsn: str, query: str, *arguments: object) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query, *arguments)
    finally:
        await connection.close()


async def places(
    pipeline: Pipeline,
) -> tuple[dict[TopicPartition, int], dict[str, dict[TopicPartition, int]], set[str]]:
    """Where every topic ends, what every group has committed, and which groups there are."""
    at = pipeline.addresses.kafka
    admin = AIOKafkaAdminClient(bootstrap_servers=at)
    consumer = AIOKafkaConsumer(bootstrap_servers=at)
    await admin.start()
    await consumer.start()
    try:
        described = await admin.describe_topics([topic.name for topic in TOPICS])
        partitions = [TopicPartition(t["topic"], p["partition"]) for t in described for p in t["partitions"]]
        groups = {group[0] for group in await admin.list_consumer_groups()}
        committed = {
            group: {place: told.offset for place, told in (await admin.list_consumer_group_offsets(group)).items()}
            for group in sorted(groups)
        }
        return await consumer.end_offsets(partitions), committed, groups
    finally:
        await consumer.stop()
        await admin.close()


async def rows(pipeline: Pipeline) -> tuple[int, int, int]:
    at = pipeline.addresses
    return (
        await asked(at.screening_dsn, "SELECT count(*) FROM decisions"),
        await asked(at.screening_dsn, "SELECT count(*) FROM policies"),
        await asked(at.notify_dsn, "SELECT count(*) FROM letters"),
    )


async def cohort(pipeline: Pipeline, *arguments: object) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "cohort", *map(str, arguments), "--data", str(pipeline.addresses.logs.parent)]
    return await asyncio.to_thread(
        subprocess.run, argv, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )


def version() -> str:
    """The reference policy's."""
    return str(yaml.safe_load(REFERENCE.read_text())["version"])


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """The reference policy, but asking for three courses in mathematics."""
    content = yaml.safe_load(REFERENCE.read_text())
    content["version"] = "stricter"
    content["tracks"][0]["rules"][0]["at_least"] = 3
    file = tmp_path / "stricter.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))
    return file


async def test_a_stricter_policy_is_tried_and_nothing_changes(decided: Pipeline, stricter: Path) -> None:
    before = await places(decided), await rows(decided)
    tried = await cohort(decided, "policy", "try", stricter, "--limit", 1_000_000, "--json")
    assert tried.returncode == 0, tried.stderr
    found = json.loads(tried.stdout)
    flipped = {
        example["application_id"]: (example["before"]["outcome"], example["after"]["outcome"], example["because"])
        for example in found["comparison"]["examples"]
    }
    ours = {str(id_) for id_ in IDS}
    because = [{"rule": "mathematics", "observed": "2 of 8 courses", "required": "at least 3 in mathematics"}]
    assert {id_: told for id_, told in flipped.items() if id_ in ours} == {
        str(id_): ("advance", "decline", because) for id_ in IDS[:FEW_COURSES]
    }
    assert found["comparison"]["undecided"] == 0
    (mathematics,) = [rule for rule in found["comparison"]["rules"] if rule["rule"] == "mathematics"]
    assert mathematics["declines_alone"] >= FEW_COURSES
    assert (await places(decided), await rows(decided)) == before


async def test_two_policies_are_tried_against_each_other(decided: Pipeline, stricter: Path) -> None:
    same = await cohort(decided, "policy", "try", stricter, "--against", stricter)
    assert same.returncode == 0, same.stderr
    assert "no application would end elsewhere" in same.stdout
    other = await cohort(decided, "policy", "try", stricter, "--against", "active", "--limit", "2")
    assert "mathematics: found 2 of" in other.stdout
    assert "nothing was changed" in other.stdout


async def test_a_file_is_compared_with_the_policy_in_force(decided: Pipeline, stricter: Path) -> None:
    told = await cohort(decided, "policy", "diff", "active", stricter)
    assert told.stdout.splitlines() == [
        f"the version goes from {version()} to stricter",
        "ai, mathematics: now asks for at least 3 courses (was 2)",
        "remark: ai, mathematics: asks for something else in the same words: "
        "is its reason in English and Chinese still true?",
    ]
    none = await cohort(decided, "policy", "try", stricter, "--programme", "nix")
    assert "there are no applications to nix" in none.stdout
    digest = await asked(decided.addresses.screening_dsn, "SELECT digest FROM policies LIMIT 1")
    assert (await cohort(decided, "policy", "diff", digest[:12], REFERENCE)).stdout == "the two say the same\n"
    unknown = await cohort(decided, "policy", "diff", "0123456789ab", stricter)
    assert unknown.returncode == 2
    assert "digest that begins so" in unknown.stderr


async def test_a_decision_is_explained_in_either_language(decided: Pipeline) -> None:
    english = await cohort(decided, "explain", IDS[0])
    assert "Outcome: advances, on the track AI, in the unit cloud" in english.stdout
    assert "✓ mathematics: found 2 of 8 courses; asks for at least 2 in mathematics" in english.stdout
    assert f"Under the policy ai-internships-2026, version {version()}" in english.stdout
    chinese = await cohort(decided, "explain", "0", "--source", SOURCE, "--lang", "zh")
    assert f"申请 {IDS[0]}" in chinese.stdout
    assert "结果：通过，方向：AI，部门：云业务" in chinese.stdout


async def test_an_application_that_is_not_known_is_said_so(decided: Pipeline) -> None:
    unknown = await cohort(decided, "explain", application_id(SOURCE, "never sent"))
    assert unknown.returncode == 2
    assert "there is no decision on the application" in unknown.stderr
    assert "--source" in (await cohort(decided, "explain", "4711")).stderr


@pytest.mark.parametrize(
    ("text", "status", "told"),
    [(None, 0, "is a policy"), ("name: x\nversion: 1\nprogramme: y\n", 1, "tracks"), ("a: [", 1, "policy.yaml")],
)
def test_a_file_is_checked_without_a_pipeline(tmp_path: Path, text: str | None, status: int, told: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(REFERENCE.read_text() if text is None else text)
    argv = [sys.executable, "-m", "cohort", "policy", "check", str(file)]
    checked = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert checked.returncode == status
    assert told in checked.stdout + checked.stderr
