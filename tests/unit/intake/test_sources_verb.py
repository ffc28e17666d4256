"""`intake sources`: what an operator without Python runs in intake's own image."""

import subprocess
import sys
from pathlib import Path

from intake.sources import Keyring


def sources(file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "intake", "sources", "--file", str(file), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_key_is_made_listed_and_revoked(tmp_path: Path) -> None:
    file = tmp_path / "sources.json"
    made = sources(file, "create", "portal", "--scope", "submit", "--scope", "withdraw")
    token = made.stdout.strip()
    assert Keyring(file).grant(token) == ("portal", {"submit", "withdraw"})
    assert "shown this once" in made.stderr and token not in made.stderr
    key_id = token.split("_")[1]
    assert sources(file, "list").stdout.startswith(f"portal  may submit, withdraw  keys: {key_id} since ")
    assert sources(file, "revoke", "portal", key_id).returncode == 0
    assert Keyring(file).grant(token) is None


def test_what_cannot_be_done_is_said_and_no_key_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "sources.json"
    sources(file, "create", "portal")
    again = sources(file, "create", "portal")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "portal is there already: `sources rotate portal` gives it another key\n"
