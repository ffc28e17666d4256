"""Which data folder a demo may empty: one that a demo made, and of it only what the pipeline put there."""

import shutil
from pathlib import Path

from cohort.pipeline import FOLDERS
from cohort.stack.errors import StackError
from cohort.stack.runfile import LOCK

MARKER = "made-by-cohort-demo"
_WORDS = "`cohort demo` deletes what this folder holds when it starts; `cohort up` on it removes this mark.\n"


def refuse_foreign(data: Path) -> None:
    """StackError, saying what to do, where there is something in the folder and no demo made it."""
    if _unused(data) or (data / MARKER).exists():
        return
    raise StackError(
        f"{data} was not made by a demo, so its contents are left alone: "
        "name another folder by --data, or go on with what is in it by --keep"
    )


def begin_anew(data: Path) -> None:
    """Empty the folder and mark it as a demo's. To be called while it is held and nothing runs on it.

    StackError as in `refuse_foreign`.
    """
    refuse_foreign(data)
    for name in FOLDERS:
        if (data / name).exists():
            shutil.rmtree(data / name)
    _mark(data)


def go_on(data: Path) -> None:
    """Leave what is there, and mark a folder that was not used yet as a demo's."""
    if _unused(data):
        _mark(data)


def take_over(data: Path) -> None:
    """Keep the folder from any later demo."""
    (data / MARKER).unlink(missing_ok=True)


def _mark(data: Path) -> None:
    (data / MARKER).touch(0o600)
    (data / MARKER).write_text(_WORDS)


def _unused(data: Path) -> bool:
    return not data.exists() or (data.is_dir() and all(path.name == LOCK for path in data.iterdir()))
