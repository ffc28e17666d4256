"""The operators' verbs against the compose project as deploy/compose.toml tells of it: Kafka's rights are on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .compose import ROOT, Compose, until

pytestmark = [pytest.mark.containers, pytest.mark.timeout(420)]

WHO = ("--by", "Mei Lin", "--why", "the text has a mistake")


def cohort(pipeline: Compose, *words: str, deployment: Path = ROOT / "deploy/compose.toml") -> tuple[int, str]:
    """The status, and what is said."""
    notify = pipeline("port", "notify", "8080").stdout.strip()
    told = {"COHORT_DEPLOYMENT": str(deployment), "COHORT_NOTIFY_URL": f"http://{notify}", "COLUMNS": "250"}
    done = subprocess.run(  # noqa: PLW1510 - the status is what is tested
        [sys.executable, "-m", "cohort", *words],
        env=os.environ | pipeline.environment | told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=90,
    )
    return done.returncode, done.stdout


def test_doctor_finds_nothing_wrong_and_says_what_it_may_not_see(pipeline: Compose) -> None:
    status, said = cohort(pipeline, "doctor")
    assert (status, "WRONG" in said) == (0, False), said
    assert "answers, and takes the login operators" in said
    assert "operators may read the " in said
    assert "administrator's login" in said
    assert "no letters are paused" in said
    password = (pipeline.secrets / "kafka/users/operators").read_text().strip()
    assert password not in said


def test_topics_and_status_are_told_by_kafka_and_the_urls(pipeline: Compose) -> None:
    status, said = cohort(pipeline, "topics", "--json")
    assert (status, json.loads(said)["as_declared"]) == (0, True), said
    status, said = cohort(pipeline, "status", "--json")
    assert status == 0, said
    parts = {part["name"]: part["state"] for part in json.loads(said)["parts"]}
    assert parts == {"intake": "ready", "screening": "reads (1 consumer)", "notify": "ready", "console": "ready"}


def test_a_wrong_password_is_told_as_one_and_topics_are_not_guessed_at(pipeline: Compose, tmp_path: Path) -> None:
    described = (ROOT / "deploy/compose.toml").read_text().replace("kafka_password_file", "#")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(described + 'kafka_password = "guessed"\n')
    status, said = cohort(pipeline, "doctor", "--json", deployment=wrong)
    findings = json.loads(said)["findings"]
    (only,) = [it for it in findings if it["verdict"] == "wrong"]
    assert (status, "does not take the login operators" in only["says"]) == (1, True), said


async def test_letters_are_paused_by_kafka_alone_and_doctor_says_so(pipeline: Compose) -> None:
    def told() -> bool:
        status, said = cohort(pipeline, "doctor")
        return (status, "letters are paused" in said) == (1, True)

    assert cohort(pipeline, "letters", "pause", *WHO)[0] == 0
    try:
        await until(told, "doctor tells the pause, once notify has counted it")
    finally:
        status, said = cohort(pipeline, "letters", "resume", *WHO)
    assert (status, "go out again" in said) == (0, True), said


def test_what_needs_a_database_says_which_and_where_to_look_instead(pipeline: Compose) -> None:
    status, said = cohort(pipeline, "letters", "list")
    assert status == 2
    assert "tells no database of notify" in said and f"{pipeline.console_url}/" in said
