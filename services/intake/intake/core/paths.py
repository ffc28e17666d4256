"""Puts a submission together from its fields by their paths, as `education.0.grade.scale`."""

import re
from collections.abc import Iterable
from typing import Any

LISTS = ("education", "courses", "projects", "assessments")

_FREE = ("answers", "demographics")
"""What stands below these is one name, dots and all."""
_IDEOGRAPHS = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]+")


def put(made: dict[str, Any], path: str, value: Any, *, over: bool = True) -> None:
    """Set what stands at the path; `over` says whether it replaces what is there. A list is a dict by its numbers."""
    *way, last = path.split(".", 1) if path.startswith(_FREE) else path.split(".")
    place = made
    for name in way:
        place = place.setdefault(name, {})
    if isinstance(value, dict) and isinstance(there := place.get(last), dict):
        place[last] = there | value if over else value | there
    elif over or last not in place:
        place[last] = value


def finished(made: dict[str, Any]) -> dict[str, Any]:
    """The submission: lists as lists, without their gaps, and a name in two parts as one."""
    candidate = made.get("candidate", {})
    given, family = candidate.pop("given_name", ""), candidate.pop("family_name", "")
    if given or family:
        chinese = _IDEOGRAPHS.fullmatch(family) and _IDEOGRAPHS.fullmatch(given)
        candidate.setdefault("name", family + given if chinese else f"{given} {family}".strip())
    for name in LISTS:
        if name in made:
            made[name] = [made[name][number] for number in _in_order(made[name])]
    return made


def as_in_table(field: str, filled: Iterable[str]) -> str:
    """The path that a field of a finished submission had before the gaps in its list were closed."""
    name, _, rest = field.partition(".")
    number, dot, within = rest.partition(".")
    if name not in LISTS or not number.isdigit():
        return field
    numbers = _in_order({path.split(".")[1] for path in filled if path.startswith(f"{name}.")})
    return f"{name}.{numbers[int(number)]}{dot}{within}" if int(number) < len(numbers) else field


def _in_order(numbers: Iterable[str]) -> list[str]:
    return sorted(numbers, key=int)
