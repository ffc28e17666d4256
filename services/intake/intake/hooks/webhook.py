"""The webhooks that are set up, and the file they are in: the one that `HIRING_HOOKS_FILE` names."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from hiring.events.fields import SLUG
from intake.hooks.documents import Place, Wrong, read_document
from intake.hooks.mapping import HookMapping
from intake.hooks.mapping_file import extend, shipped
from intake.hooks.system import System
from intake.hooks.systems import SYSTEMS
from intake.hooks.values import Value, parse_value

MOST_KEYS = 16
SHORTEST_KEY = 8
_SLUG = re.compile(SLUG)
_PARTS = ("keys", "programme", "mapping", "window_seconds", "api", "api_key")


class Webhook(NamedTuple):
    """One webhook: the HR system's kind, the source whose applications come by it, and the keys that are live."""

    system: System
    source: str
    keys: tuple[bytes, ...]
    programme: str | Value
    mapping: HookMapping
    window_seconds: float | None
    api: str
    api_key: str


Webhooks = Mapping[tuple[str, str], Webhook]
"""By system and source."""


def read_webhooks(path: Path) -> Webhooks:
    """The webhooks in a file. Raises FileError, whose text names no key; OSError."""
    read = read_document(path)
    wrongs: list[Wrong] = []
    found: dict[tuple[str, str], Webhook] = {}
    for name, sources in _object(read.value, (), f"needs systems; known are {', '.join(SYSTEMS)}", wrongs).items():
        if name not in SYSTEMS:
            wrongs.append(Wrong((str(name),), f"is no system that is known; known are {', '.join(SYSTEMS)}"))
            continue
        for source, told in _object(sources, (name,), "needs sources, as in `campus:`", wrongs).items():
            place = (name, str(source))
            if not isinstance(source, str) or not _SLUG.fullmatch(source):
                wrongs.append(Wrong(place, "is no name of a source: write lower-case letters, digits, `.`, `_`, `-`"))
            elif twin := next((other for other, known in found if known == source), None):
                wrongs.append(Wrong(place, f"stands under {twin} too: their applications would be mixed up"))
            else:
                found[name, source] = _webhook(SYSTEMS[name], source, told, place, wrongs)
    if wrongs:
        raise read.error(wrongs)
    return found


def _webhook(system: System, source: str, told: Any, place: Place, wrongs: list[Wrong]) -> Webhook:
    told = _object(told, place, f"needs keys and programme; known are {', '.join(_PARTS)}", wrongs)
    wrongs.extend(
        Wrong((*place, str(name)), f"is not known here; known are {', '.join(_PARTS)}")
        for name in told
        if name not in _PARTS
    )
    mapping = shipped(system.name)
    if "mapping" in told:
        mapping = extend(mapping, told["mapping"], (*place, "mapping"), wrongs)
    return Webhook(
        system,
        source,
        _keys(told.get("keys"), (*place, "keys"), wrongs),
        _programme(told.get("programme"), (*place, "programme"), wrongs),
        mapping,
        _window(told.get("window_seconds", system.window_seconds), (*place, "window_seconds"), wrongs),
        *_api(system, told, place, wrongs),
    )


def _object(told: Any, place: Place, needs: str, wrongs: list[Wrong]) -> Mapping[Any, Any]:
    if isinstance(told, dict):
        return told
    # A file or a system that names nobody yet is no mistake.
    if told is not None or len(place) > 1:
        wrongs.append(Wrong(place, needs))
    return {}


def _keys(told: Any, place: Place, wrongs: list[Wrong]) -> tuple[bytes, ...]:
    keys = told if isinstance(told, list) else []
    if not 0 < len(keys) <= MOST_KEYS:
        wrongs.append(Wrong(place, f"needs a list of 1 to {MOST_KEYS} keys, all of which are live"))
    for index, key in enumerate(keys):
        if not isinstance(key, str) or len(key) < SHORTEST_KEY:
            wrongs.append(
                Wrong((*place, index), f"is no key: write text of {SHORTEST_KEY} characters or more, in quotes")
            )
    return tuple(key.encode() for key in keys if isinstance(key, str))


def _programme(told: Any, place: Place, wrongs: list[Wrong]) -> str | Value:
    if isinstance(told, str) and _SLUG.fullmatch(told):
        return told
    if isinstance(told, str):
        # It is the programme's id; what is written there may be its title.
        wrong = "is no name of a programme: write its id in lower-case letters, digits, `.`, `_`, `-`, without blanks"
        wrongs.append(Wrong(place, f"{wrong}, as in ai-internships-2026"))
        return ""
    if not isinstance(told, dict) or "values" not in told:
        wrongs.append(
            Wrong(place, "needs a programme, or a place in the payload and the programmes by what may stand there")
        )
        return ""
    return parse_value(told, place, "slug", wrongs)


def _window(told: Any, place: Place, wrongs: list[Wrong]) -> float | None:
    if told is None or (isinstance(told, int | float) and not isinstance(told, bool) and told > 0):
        return told
    wrongs.append(Wrong(place, "is no number of seconds"))
    return None


def _api(system: System, told: Mapping[Any, Any], place: Place, wrongs: list[Wrong]) -> tuple[str, str]:
    if system.fetch is None:
        wrongs.extend(
            Wrong((*place, name), f"is of no use: {system.name} sends the facts in its payload")
            for name in ("api", "api_key")
            if name in told
        )
        return "", ""
    api, key = told.get("api", system.fetch.api), told.get("api_key")
    if not isinstance(key, str) or not key.isascii() or not key.isprintable() or not key:
        wrongs.append(
            Wrong((*place, "api_key"), f"is needed, as text: {system.name} sends only ids, the facts are asked for")
        )
        key = ""
    parts = urlsplit(api) if isinstance(api, str) else urlsplit("")
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost")):
        wrongs.append(Wrong((*place, "api"), "is no https address: the key and the facts must not go in the clear"))
        api = ""
    return str(api).rstrip("/"), key
