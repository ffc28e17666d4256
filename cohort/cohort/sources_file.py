"""Changes the file of sources and their keys: one change at a time, each all or nothing, for its owner's eyes only."""

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cohort.stack.errors import StackError
from cohort.stack.private import private_file
from cohort.verb import given
from intake.sources import Source, SourceKey, Sources, SourceScope, SourcesUnreadable, draw_key, read_sources


def read(path: Path) -> Sources:
    """What the file holds. Raises StackError, OSError."""
    try:
        return read_sources(path)
    except SourcesUnreadable as error:
        raise StackError(str(error)) from None


def create(path: Path, source: str, scopes: Sequence[SourceScope]) -> str:
    """Enter a new source with a first key; the key's token. Raises StackError where there is one already."""
    with _changing(path) as found:
        if _of(found, source):
            raise StackError(f"{source} is there already: `cohort sources rotate {source}` gives it another key")
        key, token = draw_key(datetime.now(UTC))
        entered = given(Source, source=source, scopes=tuple(dict.fromkeys(scopes)), keys=(key,))
        _write(path, (*found.sources, entered))
    return token


def rotate(path: Path, source: str) -> str:
    """Give a source one more key; its token. The others stay valid. Raises StackError where there is no such source."""
    with _changing(path) as found:
        known = _known(found, source)
        key, token = draw_key(datetime.now(UTC))
        _write(path, _with_keys(found, known, (*known.keys, key)))
    return token


def revoke(path: Path, source: str, key_id: str) -> int:
    """Take a key from a source; how many are left. Raises StackError where there is no such source or key."""
    with _changing(path) as found:
        known = _known(found, source)
        left = tuple(key for key in known.keys if key.id != key_id)
        if len(left) == len(known.keys):
            there = ", ".join(key.id for key in known.keys) or "none"
            raise StackError(f"{source} has no key {key_id}; it has: {there}")
        _write(path, _with_keys(found, known, left))
    return len(left)


def _of(found: Sources, source: str) -> Source | None:
    return next((each for each in found.sources if each.source == source), None)


def _known(found: Sources, source: str) -> Source:
    if (known := _of(found, source)) is None:
        raise StackError(f"there is no source {source}: `cohort sources list` shows all")
    return known


def _with_keys(found: Sources, source: Source, keys: tuple[SourceKey, ...]) -> tuple[Source, ...]:
    changed = source.model_copy(update={"keys": keys})
    return tuple(changed if each is source else each for each in found.sources)


@contextlib.contextmanager
def _changing(path: Path) -> Iterator[Sources]:
    """The content, while nobody else changes it. The lock is a file beside it, since the file itself is replaced."""
    try:
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    except (FileNotFoundError, NotADirectoryError):
        raise StackError(f"there is no folder {path.parent}: make it first, or name another file by --file") from None
    except PermissionError:
        raise StackError(f"you may not write in {path.parent}: name another file by --file") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield read(path)
    finally:
        os.close(lock)


def _write(path: Path, sources: tuple[Source, ...]) -> None:
    # It holds no key, and intake may run as another account: who is let read it is left as it is.
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    private_file(path, Sources(sources=sources).model_dump_json(indent=2) + "\n", mode)
