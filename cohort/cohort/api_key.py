"""The API key that the command sends with, where intake wants one: from a file or the environment, as secrets come."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cohort.stack.errors import StackError
from intake.sources import Keyring

_VARIABLE = "HIRING_API_KEY"

KeyFile = Annotated[
    Path | None,
    typer.Option(
        envvar=f"{_VARIABLE}_FILE",
        exists=True,
        dir_okay=False,
        help=f"A file with the API key, where intake wants one; or set {_VARIABLE}.",
    ),
]


def api_key(file: Path | None) -> str | None:
    """The key in the file, or else in HIRING_API_KEY; None where neither is given. Raises StackError, OSError."""
    key = os.environ.get(_VARIABLE) if file is None else file.read_text(encoding="utf-8")
    if key is None:
        return None
    if not key.strip() or not key.strip().isascii() or len(key.split()) != 1:
        where = _VARIABLE if file is None else file
        raise StackError(f"{where} holds no API key: put there what `cohort sources create` printed, and nothing else")
    return key.strip()


def source_of(key: str | None) -> str | None:
    """The source that intake's own file of sources gives the key; None where no file is in force.

    Raises StackError where one is in force and the key is missing or not in it.
    """
    if not (file := os.environ.get("HIRING_SOURCES_FILE")):
        return None
    if key is None:
        raise StackError(
            f"HIRING_SOURCES_FILE is set, so intake wants an API key: name its file by --key-file, "
            f"set {_VARIABLE}, or unset HIRING_SOURCES_FILE"
        )
    if (grant := Keyring(Path(file)).grant(key)) is None:
        raise StackError(f"the API key is not in {file}, or was revoked: `cohort sources rotate SOURCE` prints another")
    return grant.source
