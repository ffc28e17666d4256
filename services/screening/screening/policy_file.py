"""From a text or a file to a policy; what is wrong is told with file, line and mend."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hiring.yaml_lines import Lined, Unreadable, line_of, number_or_bool_at, read_yaml
from screening.core.policy import Policy
from screening.mending import meant, place_named, sentence

_MOST = 30
"""So many errors are told at once."""


class PolicyError(Exception):
    """A policy cannot be used. The message is for people: a line each, `file:line: where: what and how to mend it`."""


def read_policy(path: Path) -> Policy:
    """The policy in a file. Raises PolicyError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PolicyError(f"{path}: is not UTF-8: save it in that encoding") from None
    return parse_policy(text, str(path))


def parse_policy(text: str, name: str) -> Policy:
    """The policy in a text that goes by `name` in errors. Raises PolicyError."""
    try:
        read = read_yaml(text)
    except Unreadable as error:
        raise PolicyError(f"{name}:{error.line}: {error.text}") from None
    try:
        return Policy.model_validate(read.value)
    except ValidationError as error:
        found = sorted({_told(one, read) for one in _own(error.errors(include_url=False))})
    lines = [f"{name}:{line}: {told}" for line, told in found[:_MOST]]
    if len(found) > _MOST:
        lines.append(f"{name}: and {len(found) - _MOST} more")
    raise PolicyError("\n".join(lines))


def read_content(content: Any) -> Policy:
    """The policy of a content as JSON has it. Raises PolicyError, in the same words, without a file and its lines."""
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        found = list(dict.fromkeys(_said(one, content) for one in _own(error.errors(include_url=False))))
    more = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
    raise PolicyError("\n".join(found[:_MOST] + more))


def _told(error: ErrorDetails, read: Lined) -> tuple[int, str]:
    place = error["loc"]
    at = (*place, "kind") if error["type"] == "union_tag_invalid" else place
    return line_of(read.node, at), _said(error, read.value, number_or_bool_at(read.node, at))


def _said(error: ErrorDetails, content: Any, written: str | None = None) -> str:
    place = error["loc"]
    # What is missing has no line of its own, and what is unknown is told by its name.
    within = place[:-1] if error["type"] in ("missing", "extra_forbidden") else place
    where, said = place_named(within, content), sentence(error, written)
    return f"{where}: {said}" if where else said


def _own(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Without what only follows from another: an empty list whose members are wrong, a field that is misspelt."""
    misspelt = {(*error["loc"][:-1], meant(error["loc"])) for error in errors if error["type"] == "extra_forbidden"}
    return [
        error
        for error in errors
        if not (error["type"] == "too_short" and any(_inside(other["loc"], error["loc"]) for other in errors))
        and not (error["type"] == "missing" and error["loc"] in misspelt)
    ]


def _inside(place: Sequence[str | int], outer: Sequence[str | int]) -> bool:
    return len(place) > len(outer) and tuple(place[: len(outer)]) == tuple(outer)
