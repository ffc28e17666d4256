"""The field types the contracts share: bounded text, slugs, months, moments."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

SLUG = r"^[a-z0-9][a-z0-9._-]{0,62}$"
LOCALE = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$"
TIME_ZONE = r"^[A-Za-z0-9_+/-]{1,64}$"


class Event(BaseModel):
    """The data of an event. Frozen; unknown fields are passed over, since a version only ever gains fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")


DOOR = ConfigDict(extra="forbid", str_strip_whitespace=True)
"""How what comes from outside is read. An unknown field is an error: a misspelt name must not become a missing fact."""


class Door(BaseModel):
    """What comes from outside, as a model."""

    model_config = ConfigDict(frozen=True, **DOOR)


# NUL cannot be stored as text by Postgres, a line break in a name would break a letter's header; the other
# controls only ever hide something.
_MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_BUT_LAYOUT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _one_line(value: str) -> str:
    if not value.isprintable() and _CONTROL.search(value):
        raise PydanticCustomError("control_character", "contains a control character or a line break; send one line")
    return value


def _plain(value: str) -> str:
    if not value.isprintable() and _CONTROL_BUT_LAYOUT.search(value):
        raise PydanticCustomError("control_character", "contains a control character; send plain text")
    return value


def _in_our_time(value: datetime) -> datetime:
    if not 2000 <= value.year < 2100:
        raise PydanticCustomError("year", "is not between the years 2000 and 2099")
    return value


def _told_in_words(value: Any) -> Any:
    # A number could be seconds or milliseconds since 1970, and would be taken for either by its size.
    if not isinstance(value, str) or value.strip().lstrip("+-").replace(".", "").isdigit():
        raise PydanticCustomError("moment", "is not a moment: send RFC 3339, as in 2026-03-01T10:00:00+08:00")
    return value


def _no_truth(value: Any) -> Any:
    # false would be a mark of nothing.
    if isinstance(value, bool):
        raise PydanticCustomError("number", "is not a number: true and false count nothing")
    return value


def month_of(text: str) -> str | None:
    """The month `YYYY-MM` that a text is, or that an ISO 8601 date or time `YYYY-MM-DD…` lies in; None for others."""
    if len(text) >= 10 and text[4] == text[7] == "-":
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return None
        text = text[:7]
    return text if _MONTH.fullmatch(text) else None


def _month(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if (month := month_of(value.strip())) is None:
        raise PydanticCustomError("month", "is not a month of the years 1900 to 2199: send YYYY-MM")
    return month


ONE_LINE = AfterValidator(_one_line)
"""Refuses line breaks and other control characters."""

NUMBER = BeforeValidator(_no_truth)
"""Refuses true and false, which Python takes for 1 and 0."""

PLAIN = AfterValidator(_plain)
"""Refuses control characters other than layout."""

Slug = Annotated[str, StringConstraints(pattern=SLUG)]
"""A short lower-case name: letters, digits, `.`, `_`, `-`; at most 63 characters."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""One line of text, 1 to 200 characters."""

Prose = Annotated[str, StringConstraints(max_length=8000)]
"""Free text, at most 8,000 characters."""

PlainLine = Annotated[Line, ONE_LINE]
"""A Line from outside: line breaks and other control characters are refused at the door, and only there."""

ShortText = Annotated[str, StringConstraints(max_length=40), ONE_LINE]
"""At most 40 characters in a line, or nothing, from outside."""

PlainProse = Annotated[Prose, PLAIN]
"""A Prose from outside."""

Month = Annotated[str, StringConstraints(pattern=rf"^{_MONTH.pattern}$")]
"""A calendar month `YYYY-MM`, 1900 to 2199. Months compare as text."""

PlainMonth = Annotated[Month, BeforeValidator(_month)]
"""A Month from outside: a full date is taken for its month."""

Moment = AwareDatetime
"""A point in time with its offset from UTC, RFC 3339 in JSON."""

PlainMoment = Annotated[AwareDatetime, BeforeValidator(_told_in_words), AfterValidator(_in_our_time)]
"""A Moment from outside, in this century: others are slips, and some of them no calendar can turn into UTC."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hex."""
