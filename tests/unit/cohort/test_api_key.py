"""The key that the command sends with: where it is taken from, and that a drive then comes from its source."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cohort.api_key import api_key, source_of
from cohort.cli import app
from cohort.drive.generate import generate
from cohort.stack.errors import StackError
from intake import sources_file
from intake.sources import SourceScope


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HIRING_API_KEY", "HIRING_API_KEY_FILE", "HIRING_SOURCES_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_a_file_comes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert api_key(None) is None
    monkeypatch.setenv("HIRING_API_KEY", "cohort_1_a\n")
    assert api_key(None) == "cohort_1_a"
    (file := tmp_path / "key").write_text("cohort_1_b\n")
    assert api_key(file) == "cohort_1_b"


@pytest.mark.parametrize("text", ["", " \n", "two words", "schlüssel"])
def test_what_is_no_key_is_told_without_repeating_it(tmp_path: Path, text: str) -> None:
    (file := tmp_path / "key").write_text(text)
    with pytest.raises(StackError, match="holds no API key") as raised:
        api_key(file)
    assert not text.strip() or text not in str(raised.value)


def test_the_source_of_a_key_is_what_intakes_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert source_of(None) is None
    file = tmp_path / "sources.json"
    key = sources_file.create(file, "portal", [SourceScope.SUBMIT])
    monkeypatch.setenv("HIRING_SOURCES_FILE", str(file))
    assert source_of(key) == "portal"
    with pytest.raises(StackError, match="revoked"):
        source_of(key + "x")
    with pytest.raises(StackError, match="--key-file"):
        source_of(None)


def test_a_drive_of_one_source_is_otherwise_the_same() -> None:
    def told(**named: str) -> list[dict[str, object]]:
        return [json.loads(item.line) for item in generate(40, seed=3, **named) if item.line.endswith(b"}")]

    ours = told(source="portal")
    assert {application["source"] for application in ours if "external_id" in application} <= {"portal"}
    assert len({application.get("external_id") for application in ours}) == len(
        {application.get("external_id") for application in told()}
    )


def test_applications_say_where_they_come_from(tmp_path: Path) -> None:
    (file := tmp_path / "one.json").write_text('{"source": "s"}')
    ran = CliRunner().invoke(app, ["submit", str(file), "--to", "http://127.0.0.1:9", "--source", "s"])
    assert (ran.exit_code, "applications say them" in ran.stderr) == (2, True)


@pytest.fixture
def submit(tmp_path: Path) -> Callable[..., str]:
    (file := tmp_path / "resume.json").write_text('{"basics": {"name": "Ada Lovelace"}}')

    def go(*options: str) -> str:
        ran = CliRunner().invoke(app, ["submit", str(file), "--to", "http://127.0.0.1:9", *options])
        assert ran.exit_code == 2, ran.output
        return ran.stderr

    return go


def test_what_a_resume_does_not_say_is_asked_for(submit: Callable[..., str]) -> None:
    assert "--source, --external-id and --programme" in submit("--format", "json-resume")
    named = ("--format", "json-resume", "--source", "s", "--external-id", "1", "--programme", "p")
    assert "basics.email is missing" in submit(*named)
    assert "resume.json looks like JSON Resume" in submit()
    assert "--format json-resume --source SOURCE" in submit("--source", "s")
    assert "--to intake.example: base_url" in submit(*named, "--to", "intake.example")
