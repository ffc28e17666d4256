"""Changes the file of sources and their keys: one change at a time, each all or nothing, for its owner's eyes only."""

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from hiring.events.reading import describe
from hiring.private_file import private_file
from intake.sources import Source, SourceKey, Sources, SourceScope, draw_key, read_sources


class SourcesUnchanged(ValueError):
    """What was asked cannot be done; the message says why and what to do, for a person."""


def create(path: Path, source: str, scopes: Sequence[SourceScope]) -> str:
    """Enter a new source with a first key; the key's token.

    Raises SourcesUnchanged where there is one already; like all of these SourcesUnreadable and OSError.
    """
    with _changing(path) as found:
        if _of(found, source):
            raise SourcesUnchanged(f"{source} is there already: `sources rotate {source}` gives it another key")
        key, token = draw_key(datetime.now(UTC))
        _write(path, (*found.sources, _entered(source, scopes, key)))
    return token


def rotate(path: Path, source: str) -> str:
    """Give a source one more key; its token. The others stay valid. SourcesUnchanged where there is no such source."""
    with _changing(path) as found:
        known = _known(found, source)
        key, token = draw_key(datetime.now(UTC))
        _write(path, _with_keys(found, known, (*known.keys, key)))
    return token


def revoke(path: Path, source: str, key_id: str) -> int:
    """Take a key from a source; how many are left. Raises SourcesUnchanged where there is no such source or key."""
    with _changing(path) as found:
        known = _known(found, source)
        left = tuple(key for key in known.keys if key.id != key_id)
        if len(left) == len(known.keys):
            there = ", ".join(key.id for key in known.keys) or "none"
            raise SourcesUnchanged(f"{source} has no key {key_id}; it has: {there}")
        _write(path, _with_keys(found, known, left))
    return len(left)


def _entered(source: str, scopes: Sequence[SourceScope], key: SourceKey) -> Source:
    try:
        return Source(source=source, scopes=tuple(dict.fromkeys(scopes)), keys=(key,))
    except ValidationError as error:
        told = "; ".join(f"{item['field']}: {item['problem']}" for item in describe(error, Source))
        raise SourcesUnchanged(told) from None


def _of(found: Sources, source: str) -> Source | None:
    return next((each for each in found.sources if each.source == source), None)


def _known(found: Sources, source: str) -> Source:
    if (known := _of(found, source)) is None:
        raise SourcesUnchanged(f"there is no source {source}: `sources list` shows all")
    return known


def _with_keys(found: Sources, source: Source, keys: tuple[SourceKey, ...]) -> tuple[Source, ...]:
    changed = source.model_copy(update={"keys": keys})
    return tuple(changed if each is source else each for each in found.sources)


@contextlib.contextmanager
def _changing(path: Path) -> Iterator[Sources]:
    """The content, while nobody else changes it. The folder is what is locked, since the file itself is replaced."""
    try:
        lock = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        raise SourcesUnchanged(
            f"there is no folder {path.parent}: make it first, or name another file by --file"
        ) from None
    try:
        if not os.access(path.parent, os.W_OK):
            raise SourcesUnchanged(f"you may not write in {path.parent}: name another file by --file")
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield read_sources(path)
    finally:
        os.close(lock)


def _write(path: Path, sources: tuple[Source, ...]) -> None:
    # It holds no key, and intake may run as another account: who is let read it is left as it is.
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    private_file(path, Sources(sources=sources).model_dump_json(indent=2) + "\n", mode)
