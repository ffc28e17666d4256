"""`cohort letters preview`: every letter to look at, or what is wrong with the templates."""

import re
from email import message_from_bytes, policy
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

from typer.testing import CliRunner

from cohort.cli import app
from notify.core import samples

RUNNER = CliRunner(env={"HIRING_TEMPLATES_DIR": ""})


def test_every_letter_is_written_and_the_index_links_them_all(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["letters", "preview", str(tmp_path / "new" / "letters")])
    assert result.exit_code == 0, result.output
    folder = tmp_path / "new" / "letters"
    index = (folder / "index.html").read_text(encoding="utf-8")
    linked = set(re.findall(r'href="([^"]+)"', index))
    written = {path.name for path in folder.iterdir()}
    assert linked == written - {"index.html"}
    assert len(linked) == 2 * len(samples.all_samples())
    assert str(folder / "index.html") in result.stderr.replace("\n", "")
    for path in folder.glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        shown = message.get_body(("html",))
        assert shown is not None
        page = path.with_suffix(".html").read_text(encoding="utf-8")
        assert str(shown.get_content()).replace("\r\n", "\n") == page


def test_own_words_are_previewed_and_wrong_ones_are_refused(tmp_path: Path) -> None:
    with as_file(files("notify") / "templates") as ours:
        copytree(ours, tmp_path / "own")
    words = tmp_path / "own" / "words.en.j2"
    words.write_text(words.read_text().replace("The graduate hiring team", "Your friends"))
    told = RUNNER.invoke(app, ["letters", "preview", str(tmp_path / "out"), "--templates", str(tmp_path / "own")])
    assert told.exit_code == 0, told.output
    assert "Your friends" in (tmp_path / "out" / "decline.en.html").read_text()
    words.write_text("{{ nmae }}\n" + words.read_text())
    told = RUNNER.invoke(app, ["letters", "preview", str(tmp_path / "no"), "--templates", str(tmp_path / "own")])
    assert told.exit_code == 2
    assert "words.en.j2, line 1: `nmae` is unknown" in told.stderr
    assert not (tmp_path / "no").exists()


def test_a_folder_that_cannot_be_written_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = RUNNER.invoke(app, ["letters", "preview", str(tmp_path / "file" / "letters")])
    assert told.exit_code == 2
    assert "Not a directory" in told.stderr.replace("\n", " ")
