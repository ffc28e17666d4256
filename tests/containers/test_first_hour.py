"""What a person does first, on a machine that has docker compose and nothing else of ours: no Python, no make."""

import asyncio
import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from .compose import ROOT, Compose, until

pytestmark = [pytest.mark.containers, pytest.mark.timeout(420)]


def test_secrets_are_drawn_in_a_container_and_belong_to_whoever_has_the_checkout(tmp_path: Path) -> None:
    for name in ("docker-compose.yml", "deploy"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    if os.geteuid() == 0:
        os.chown(tmp_path / "deploy/draw_secrets.py", 65534, 65534)
    owner = (tmp_path / "deploy/draw_secrets.py").stat().st_uid

    def draw() -> str:
        command = ["docker", "compose", "--project-name", f"cohort-test-{os.getpid()}-drawn", "run", "--rm", "secrets"]
        environment = {name: value for name, value in os.environ.items() if name != "COHORT_SECRETS"}
        done = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
        return done.stdout

    try:
        assert "console-password" in draw()
        password = (tmp_path / "secrets/console-password").read_text()
        assert draw().endswith("everything is there already\n")
        assert (tmp_path / "secrets/console-password").read_text() == password
    finally:
        subprocess.run(
            ["docker", "compose", "--project-name", f"cohort-test-{os.getpid()}-drawn", "down", "--volumes"],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip
    made = [tmp_path / "secrets", *(tmp_path / "secrets").rglob("*")]
    assert {path.stat().st_uid for path in made} == {owner}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


async def test_a_file_is_sent_by_curl_and_every_line_is_answered(pipeline: Compose) -> None:
    key = pipeline.key_for("campus-portal")
    command = [
        "curl", "--fail-with-body", "--silent", f"{pipeline.intake_url}/v1/applications/bulk",
        "-H", f"authorization: Bearer {key}", "-H", "content-type: application/x-ndjson",
        "--data-binary", "@docs/examples/applications.ndjson",
    ]  # fmt: skip
    done = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=True, capture_output=True, text=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    ids = ", ".join(f"'{answer['application_id']}'" for answer in answers if "application_id" in answer)

    def outcomes() -> list[str]:
        found = pipeline.psql("screening", f"SELECT outcome FROM decisions WHERE application_id IN ({ids})")
        return sorted(found.split())

    as_documented = ["advance", "advance", "decline", "review", "review"]
    await until(lambda: outcomes() == as_documented, "each outcome has its example")
