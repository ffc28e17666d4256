"""Plain words for what a part's own log says in its way."""

from __future__ import annotations

from collections.abc import Iterable

_CAUSES = (
    ("no space left on device", "the disk is full"),
    ("disk quota exceeded", "the disk quota is used up"),
    ("address already in use", "another program has taken its port; the next start chooses another one"),
)


def told_first(what: str, output: str) -> str:
    """What failed, why where the output tells it, then the output whole."""
    cause = plain_cause([output])
    return f"{what}{f': {cause}' if cause else ''}; it said:\n{output}"


def plain_cause(lines: Iterable[str]) -> str | None:
    """What a person can do something about, where one of the lines tells it."""
    text = "\n".join(lines).casefold()
    return next((words for sign, words in _CAUSES if sign in text), None)
