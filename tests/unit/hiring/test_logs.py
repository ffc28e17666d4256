"""A log line says what failed and where, and never what the failing row held."""

import json
import logging

import pytest

from hiring import logs


def test_an_exception_is_told_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers, root.level
    try:
        logs.configure("test")
        try:
            try:
                raise ValueError("Failing row contains (Ada Lovelace)")
            except ValueError as error:
                raise RuntimeError("ada@mail.example") from error
        except RuntimeError:
            logging.getLogger("hiring").exception("failed")
        line = json.loads(capsys.readouterr().err)
    finally:
        root.handlers, root.level = before
    assert (line["service"], line["event"], line["level"]) == ("test", "failed", "error")
    assert [link["class"] for link in line["exception"]] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert "test_logs.py" in line["exception"][0]["at"][0]
    assert "ovelace" not in json.dumps(line)
    assert "ada@" not in json.dumps(line)
