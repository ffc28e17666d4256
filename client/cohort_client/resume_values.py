"""What the values of a résumé say; None where one does not say it clearly."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from cohort_client.application import Grade, ProjectKind

_MONTH = re.compile(r"((?:19|20|21)\d\d-\d\d)(-\d\d)?")
_GRADE = re.compile(r"(\d{1,4}(?:[.,]\d{1,6})?)\s*(?:/|of|out of|von)\s*(\d{1,4}(?:[.,]\d{1,6})?)", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?)\s*%")
_KINDS: dict[str, ProjectKind] = {
    "academic": "academic",
    "personal": "personal",
    "competition": "competition",
    "internship": "internship",
    "open-source": "open-source",
    "open source": "open-source",
}


def line(value: Any) -> str:
    """Text in one line; empty for what is no text. A score is often written as a number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())


def month(text: str) -> str | None:
    """`2026-06`, or a day of that month; a year alone names none, and neither does a day that there is not."""
    if not (found := _MONTH.fullmatch(text)):
        return None
    try:
        date.fromisoformat(found[1] + (found[2] or "-01"))
    except ValueError:
        return None
    return found[1]


def grade(text: str) -> Grade | None:
    """`3.6/4.0`, `86 of 100` and `92%` on their scale. A bare number has none, and what is above its scale is none."""
    if found := _GRADE.fullmatch(text):
        value, scale = (float(number.replace(",", ".")) for number in found.groups())
    elif found := _PERCENT.fullmatch(text):
        value, scale = float(found[1].replace(",", ".")), 100.0
    else:
        return None
    return Grade(value=value, scale=scale) if 0 < scale <= 1000 and value <= scale else None


def kind(text: str) -> ProjectKind | None:
    """The kind of a project, where it is called by its name."""
    return _KINDS.get(text.casefold())


def summary(project: Mapping[str, Any]) -> str:
    """The candidate's own words, a highlight a line."""
    description = project.get("description")
    lines = [_plain(description)] if isinstance(description, str) else []
    lines += [f"- {told}" for told in map(line, _list(project.get("highlights"))) if told]
    if keywords := ", ".join(filter(None, map(line, _list(project.get("keywords"))))):
        lines.append(f"Keywords: {keywords}")
    return "\n".join(filter(None, lines))


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() or sign in "\n\t" else " " for sign in text).strip()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
