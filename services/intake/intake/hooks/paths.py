"""Places in a payload: `data.emails[0].value`, `answers[*].body`, `fields["a name. with dots"]`."""

import re
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int | None, ...]
"""Names, positions (negative ones from the end), and None for every member of a list or an object."""

_STEP = re.compile(r"""(?:(?<!^)\.|^)([A-Za-z0-9_$-]+)|\[(-?\d{1,4})\]|\[(\*)\]|\["([^"\]]+)"\]""")


class NoPath(ValueError):
    """The text names no place; the message says how one is written."""


def path(text: str) -> Path:
    """Raises NoPath."""
    steps: list[str | int | None] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            break
        name, index, every, quoted = found.groups()
        steps.append(int(index) if index else None if every else name or quoted)
        at = found.end()
    if not steps or at < len(text):
        raise NoPath('is no place in a payload: write a.b, a[0].b, a[*].b or a["b c"]')
    return tuple(steps)


def find(document: Any, steps: Path) -> Iterator[Any]:
    """Everything that stands at the place and is not null, in order. Total."""
    if not steps:
        if document is not None:
            yield document
        return
    step, rest = steps[0], steps[1:]
    if step is None:
        members = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
        for member in members:
            yield from find(member, rest)
    elif isinstance(step, int):
        if isinstance(document, list) and -len(document) <= step < len(document):
            yield from find(document[step], rest)
    elif isinstance(document, dict) and step in document:
        yield from find(document[step], rest)


def first(document: Any, steps: Path) -> Any:
    """The first that stands there; None where nothing does."""
    return next(find(document, steps), None)
