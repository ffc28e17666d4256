"""What a person can do something about is told in a line; a bug keeps its traceback."""

import errno

import asyncpg
import pytest
import typer
from aiokafka.errors import KafkaConnectionError

from cohort import verb
from cohort.plain_words import plain_words
from cohort.stack.errors import StackError


def test_known_troubles_have_plain_words() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/data/run.json")
    assert plain_words(full) == "/data/run.json: the disk is full (No space left on device)"
    assert plain_words(ExceptionGroup("x", [full, ExceptionGroup("y", [StackError("b")])])) == plain_words(full)
    assert "Unable" in (plain_words(KafkaConnectionError("Unable to bootstrap")) or "")
    assert plain_words(asyncpg.DiskFullError("could not extend")) == "Postgres: could not extend"
    assert plain_words(TimeoutError()) == "TimeoutError"


def test_a_bug_has_none() -> None:
    assert plain_words(KeyError("x")) is None
    assert plain_words(ExceptionGroup("x", [OSError(errno.EIO, "y"), KeyError("z")])) is None


def test_the_command_tells_it_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    async def reading() -> None:
        raise ExceptionGroup("unhandled errors in a TaskGroup", [OSError(errno.EIO, "Input/output error", "in.ndjson")])

    with pytest.raises(typer.Exit) as ended:
        verb.run_verb(reading())
    assert ended.value.exit_code == 2
    assert capsys.readouterr().err == "in.ndjson: Input/output error\n"
