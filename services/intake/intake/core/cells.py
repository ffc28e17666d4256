"""What a cell says, in the contract's own words where people write it in others; what is not understood stays."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

# No library reads these without guessing at others too: `06/07/2026` is June to one and July to the next.
_YEAR_FIRST = re.compile(
    r"((?:19|20|21)\d\d) *[-/.年] *(\d{1,2})(?: *月)?(?: *[-/.]? *(\d{1,2})(?: *日)?)?(?:[ T]0?0:00(?::00)?)?"
)
_MONTH_FIRST = re.compile(r"(\d{1,2}) *[-/.] *((?:19|20|21)\d\d)")
_COMPACT = re.compile(r"((?:19|20|21)\d\d)(0[1-9]|1[0-2])")
_GRADE = re.compile(r"(\d+(?:\.\d+)?)(?: *(?:/|of|out of) *(\d+(?:\.\d+)?))?", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) *[%％]")
_SEVERAL = re.compile(r"[;|,、，；]")

_LEVELS = {
    word: level
    for level, words in {
        "associate": "associate,associates,associate's,associate degree,大专,专科,高职",
        "bachelor": "bachelor,bachelors,bachelor's,bachelor degree,bachelor's degree,bsc,ba,beng,本科,学士",
        "master": "master,masters,master's,master degree,master's degree,msc,ma,meng,mphil,mba,硕士,硕士研究生,研究生",
        "doctorate": "doctorate,doctor,doctoral,doctoral degree,phd,ph.d.,ph.d,dphil,博士,博士研究生",
        "other": "other,其他,其它",
    }.items()
    for word in words.split(",")
}
_LONGEST_DATE = 40
"""Blanks may stand anywhere in a date, so a pattern would look at many of them in a square of their number."""
_TRUTHS = {"true": True, "yes": True, "y": True, "1": True, "是": True, "同意": True}
_TRUTHS |= {"false": False, "no": False, "n": False, "0": False, "否": False, "不同意": False}


def month(text: str) -> str:
    """`2026年6月`, `2026/6/30`, `06.2026` as `2026-06`. A date that leaves open which number is the month stays."""
    day: str | None = None
    if len(text) > _LONGEST_DATE:
        return text
    if found := _YEAR_FIRST.fullmatch(text):
        year, number, day = found.groups()
    elif found := _COMPACT.fullmatch(text):
        year, number = found.groups()
    elif found := _MONTH_FIRST.fullmatch(text):
        number, year = found.groups()
    else:
        return text
    try:
        return date(int(year), int(number), int(day or 1)).isoformat()[:7]
    except ValueError:
        return text


def level(text: str) -> str:
    """`本科`, `B.Sc`, `Master's` as the contract's level."""
    word = " ".join(text.casefold().replace("’", "'").split())
    return _LEVELS.get(word) or _LEVELS.get(word.replace(".", "")) or text


def grade(text: str) -> dict[str, str]:
    """`3.6/4.0` as value and scale, `92%` of 100; a number alone as a value, whose scale must be told elsewhere."""
    if found := _PERCENT.fullmatch(text):
        return {"value": found[1], "scale": "100"}
    if not (found := _GRADE.fullmatch(text)):
        return {"value": text}
    value, scale = found.groups()
    return {"value": value} | ({"scale": scale} if scale else {})


def truth(text: str) -> bool | str:
    """`yes`, `是`, `0` as what they mean."""
    return _TRUTHS.get(text.casefold(), text)


def several(text: str) -> list[str]:
    """`research; cloud` as a list."""
    return [part.strip() for part in _SEVERAL.split(text) if part.strip()]


def moment(text: str, time_zone: str | None) -> str:
    """A date and time; where it has no offset and `time_zone` is known, with the offset of that zone."""
    if (at := _moment(text.replace("/", "-"))) is None:
        return text
    if at.tzinfo is None:
        return text if time_zone is None else at.replace(tzinfo=ZoneInfo(time_zone)).isoformat()
    return at.isoformat()


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    # As spreadsheets write it, without leading zeros.
    for one in ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, one)  # noqa: DTZ007 - its offset is what comes next
        except ValueError:
            continue
    return None
