"""From what HR systems write to what a submission says. Each gives None for what it cannot read: that is unknown."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hiring.events.fields import month_of

_NUMBER = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*%?")
_GRADE = re.compile(r"(\d{1,4}(?:\.\d{1,6})?)\s*(?:/|of|out of)\s*(\d{1,4}(?:\.\d{1,6})?)", re.IGNORECASE)
_LEVELS = (
    ("doctorate", re.compile(r"\bdoctor(?:ate|al)?\b|\bph\.?\s?d|\bdphil\b|博士(?![后後])", re.IGNORECASE)),
    (
        "master",
        re.compile(
            r"(?<!scrum )\bmaster(?:['’]?s)?\b|\bm\.?\s?(?:sc|a|s|eng|tech|phil|b\.?a)\b|\bmba\b|硕士", re.IGNORECASE
        ),
    ),
    (
        "bachelor",
        re.compile(
            r"\bbachelor(?:['’]?s)?\b|(?<!m\.)(?<!m\. )\bb\.?\s?(?:sc|a|s|eng|tech|e|com)\b|学士|本科", re.IGNORECASE
        ),
    ),
    ("associate", re.compile(r"\bassociate(?:['’]?s)?\b|专科|大专|高职", re.IGNORECASE)),
)
_YES = frozenset({"yes", "y", "true", "t", "1", "on", "checked", "agree", "agreed", "i agree", "是", "同意"})
_NO = frozenset({"no", "n", "false", "f", "0", "off", "unchecked", "disagree", "i disagree", "否", "不同意"})


def text(value: Any) -> str | None:
    """Text as it is; numbers and yes or no in words; the members of a list with commas between them."""
    if isinstance(value, list):
        return ", ".join(told for one in value if not isinstance(one, list) and (told := text(one))) or None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    return (value.strip() or None) if isinstance(value, str) else None


def line(value: Any) -> str | None:
    """Text in one line: breaks, tabs and further controls become blanks."""
    told = text(value)
    if told is None:
        return None
    return " ".join("".join(c if c.isprintable() else " " for c in told).split()) or None


def slug(value: Any) -> str | None:
    """`AI Research` as `ai-research`."""
    told = line(value)
    if told is None:
        return None
    return re.sub(r"[^a-z0-9._]+", "-", told.lower()).strip("-._")[:63] or None


def slugs(value: Any) -> list[str] | None:
    """A list, or a text parted by commas or semicolons, as slugs; each once."""
    members = value if isinstance(value, list) else re.split(r"[,;，；、\n]", told) if (told := text(value)) else []
    return list(dict.fromkeys(named for one in members if (named := slug(one)))) or None


def month(value: Any) -> str | None:
    """`2026-06`, or a date or a time of that month."""
    return month_of(value.strip()) if isinstance(value, str) else None


def month_first(value: Any) -> str | None:
    """`06/30/2026` or `6/2026`; or as `month`."""
    return _written(value, "%m/%d/%Y", "%m/%Y") or month(value)


def day_first(value: Any) -> str | None:
    """`30/06/2026` or `30.06.2026`; or as `month`."""
    return _written(value, "%d/%m/%Y", "%d.%m.%Y") or month(value)


def _written(value: Any, *formats: str) -> str | None:
    """The month of a date in one of the formats. A library that guesses the format would guess the month."""
    for one in formats if isinstance(value, str) else ():
        try:
            at = datetime.strptime(value.strip(), one)  # noqa: DTZ007 - a month has no offset
            return month_of(at.isoformat())
        except ValueError:
            continue
    return None


def moment(value: Any) -> str | None:
    """A time of this century with its offset from UTC; or milliseconds since 1970."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            at = datetime.fromtimestamp(value / 1000, UTC)
        elif isinstance(value, str):
            at = datetime.fromisoformat(value.strip())
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return at.isoformat() if at.tzinfo is not None and 2000 <= at.year < 2100 else None


def boolean(value: Any) -> bool | None:
    """Yes and no, as JSON or in words."""
    if isinstance(value, bool):
        return value
    told = (text(value) or "").lower()
    return True if told in _YES else False if told in _NO else None


def number(value: Any) -> float | None:
    """A number that is not negative, maybe with a percent sign."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) and value >= 0 else None
    found = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
    return float(found[1]) if found else None


def grade(value: Any) -> dict[str, float] | None:
    """`3.4/4.0` and `3.4 of 4` on their scale; `86%` of a hundred. A bare number has no scale."""
    if not isinstance(value, str):
        return None
    if found := _GRADE.fullmatch(value.strip()):
        return {"value": float(found[1]), "scale": float(found[2])} if float(found[2]) > 0 else None
    told = number(value) if value.strip().endswith("%") else None
    return None if told is None else {"value": told, "scale": 100.0}


def level(value: Any) -> str | None:
    """The level of a degree by its name: `Bachelor of Science`, `M.Sc.`, `PhD`. One that names several has none."""
    told = line(value)
    if told is None:
        return None
    found = {name for name, words in _LEVELS if words.search(told)}
    return told if told == "other" else found.pop() if len(found) == 1 else None


CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "text": text,
    "line": line,
    "slug": slug,
    "list": slugs,
    "month": month,
    "month-first": month_first,
    "day-first": day_first,
    "moment": moment,
    "yes-no": boolean,
    "number": number,
    "grade": grade,
    "level": level,
}
