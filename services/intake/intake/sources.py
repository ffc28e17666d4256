"""The HR systems that may send, and the hashes of their keys: the file that `HIRING_SOURCES_FILE` names.

A key is 256 random bits, so one round of SHA-256 hides it: a slow hash, or a salt, only guards what people make up,
since nobody can go through 2^256 keys. Who steals the file learns no key.
"""

import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from hiring.events.fields import Digest, Event, Moment, Slug
from hiring.events.reading import describe
from intake.file_watch import FileWatch

log = logging.getLogger(__name__)

_PREFIX = "cohort"
_NO_KEY = "0" * 64


class SourceScope(StrEnum):
    """What a source may do."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    ERASE = "erase"


class SourceKey(Event):
    """One key: its name, the SHA-256 of the whole token, and since when it holds."""

    id: str
    sha256: Digest
    created: Moment


class Source(Event):
    """An HR system, what it may do, and its live keys."""

    source: Slug
    scopes: tuple[SourceScope, ...]
    keys: tuple[SourceKey, ...] = ()


class Sources(Event):
    """The file's content."""

    sources: tuple[Source, ...] = ()


class SourcesUnreadable(ValueError):
    """The file is not what it should be; the message says where, for a person."""


class Grant(NamedTuple):
    """Whom a key speaks for, and what it may do."""

    source: str
    scopes: frozenset[SourceScope]


def draw_key(at: datetime) -> tuple[SourceKey, str]:
    """A new key, and its token, which is written down nowhere."""
    id_ = secrets.token_hex(4)
    token = f"{_PREFIX}_{id_}_{secrets.token_urlsafe(32)}"
    return SourceKey(id=id_, sha256=_digest(token), created=at), token


def read_sources(path: Path) -> Sources:
    """The file's content; nobody where there is no file. Raises SourcesUnreadable, OSError."""
    try:
        return Sources.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Sources()
    except ValidationError as error:
        told = "; ".join(f"{item['field']}: {item['problem']}" for item in describe(error, Sources))
        raise SourcesUnreadable(f"{path} is no file of sources: {told}") from None


class Keyring:
    """The keys of a file, which is looked at again at most once a second. `now` tells monotonic seconds."""

    def __init__(self, path: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._watch = FileWatch(path, now)
        self._keys: dict[str, tuple[str, Grant]] = {}

    def grant(self, token: str) -> Grant | None:
        """What a token is good for; None for one that is unknown or revoked."""
        # A file that is gone or closed to us is a change too, and takes all keys along: the doors shut.
        if self._watch.changed():
            self._read()
        # The key's name, which is no secret, finds it; the secret is only ever compared in constant time.
        _, _, rest = token.partition("_")
        stored, grant = self._keys.get(rest.partition("_")[0], (_NO_KEY, None))
        return grant if hmac.compare_digest(_digest(token), stored) else None

    def _read(self) -> None:
        try:
            found = read_sources(self._path)
        except (SourcesUnreadable, OSError) as error:
            # A slip in an edit by hand must not lock everybody out.
            log.error("the file of sources cannot be read; the keys stay as they were", extra={"why": str(error)})
            if isinstance(error, OSError):
                # Giving us leave to read it changes neither its time nor its size; a key may be revoked in it.
                self._watch.forget()
            return
        self._keys = {key.id: (key.sha256, _grant(source)) for source in found.sources for key in source.keys}
        log.info("sources read", extra={"sources": len(found.sources), "keys": len(self._keys)})


def _grant(source: Source) -> Grant:
    return Grant(source.source, frozenset(source.scopes))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
