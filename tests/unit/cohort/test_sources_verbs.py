"""`cohort sources` as an operator meets it: what it prints, what it writes, and what intake then takes."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cohort.cli import app
from intake import sources_file
from intake.sources import Keyring


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sources.json"


def sources(file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["sources", *arguments], env={"HIRING_SOURCES_FILE": str(file)})


def test_a_key_is_printed_once_alone_and_opens_the_door(file: Path) -> None:
    token = sources(file, "create", "portal", "--scope", "submit", "--scope", "erase").stdout.strip()
    assert Keyring(file).grant(token) == ("portal", {"submit", "erase"})
    assert token not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    listed = sources(file, "list").stdout
    assert "portal" in listed and "submit, erase" in listed and token.split("_")[1] in listed
    assert token.split("_", 2)[2] not in listed


def test_the_old_key_holds_until_it_is_revoked(file: Path) -> None:
    old = sources(file, "create", "portal").stdout.strip()
    new = sources(file, "rotate", "portal").stdout.strip()
    assert Keyring(file).grant(old) == Keyring(file).grant(new) == ("portal", {"submit"})
    result = sources(file, "revoke", "portal", old.split("_")[1])
    assert result.exit_code == 0
    assert Keyring(file).grant(old) is None
    assert Keyring(file).grant(new) is not None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "portal"), "rotate"),
        (("create", "No Slug"), "lower-case letters, digits"),
        (("rotate", "nobody"), "no source nobody"),
        (("revoke", "portal", "00000000"), "no key 00000000"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(file: Path, arguments: tuple[str, ...], said: str) -> None:
    sources(file, "create", "portal")
    before = file.read_bytes()
    result = sources(file, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert file.read_bytes() == before


def test_it_says_which_file_intake_must_be_started_with(file: Path) -> None:
    said = sources(file, "create", "portal").stderr
    assert f"HIRING_SOURCES_FILE={file}" in said and "start it again with the variable" in said
    again = sources(file, "create", "another").stderr
    assert f"HIRING_SOURCES_FILE={file}" in again and "start it again" not in again


def test_a_missing_folder_is_told_in_plain_words(tmp_path: Path) -> None:
    result = sources(tmp_path / "none" / "sources.json", "create", "portal")
    assert result.exit_code == 2
    assert f"there is no folder {tmp_path / 'none'}: make it first" in result.stderr
    assert ".lock" not in result.stderr


def test_a_file_that_is_none_is_left_alone(file: Path) -> None:
    file.write_text("{")
    assert sources(file, "create", "portal").exit_code == 2
    assert file.read_text() == "{"


def test_many_at_once_lose_no_change(file: Path) -> None:
    sources_file.create(file, "portal", [])
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: sources_file.rotate(file, "portal"), range(40)))
    assert len(json.loads(file.read_text())["sources"][0]["keys"]) == 41
