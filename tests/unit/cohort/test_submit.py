"""What is told of a file that was sent fits a screen; and of one that cannot be sent now, at once."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cohort import submit_verb
from cohort.cli import app
from cohort.submit_verb import LINES_TOLD, show_some


def test_of_many_rejected_lines_the_first_are_told_and_how_many_more_there_are() -> None:
    out = io.StringIO()
    show_some(Console(file=out), [f"line {number} was rejected: [id]" for number in range(1, 1_258)])
    *lines, last = out.getvalue().splitlines()
    assert (len(lines), lines[19], last) == (LINES_TOLD, "line 20 was rejected: [id]", "and 1,237 more")


def test_without_an_answer_it_is_told_once_and_first_that_it_is_tried_again_and_until_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submit_verb, "PATIENCE_SECONDS", 1.0)
    (file := tmp_path / "one.json").write_text('{"source": "s"}')
    ran = CliRunner().invoke(app, ["submit", str(file), "--to", "http://127.0.0.1:9"])
    first, *others = ran.stderr.splitlines()
    assert "no answer from http://127.0.0.1:9 (ConnectError); the same is sent again" in first
    assert "until about" in first and not [line for line in others if "until about" in line]
    assert "line 1 and what follows it may be missing" in others[-1]
