"""Numbers and the contract's words, in the languages that a counterfactual speaks."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import NamedTuple

from hiring.explanation.contract_words import chinese
from screening.core.conditions import ProjectChoice
from screening.core.shares import Mark, Share

_SMALL_SCALE = 20


def either(words: Iterable[str]) -> tuple[str, str]:
    """`a or b`, in both languages."""
    listed = list(words)
    return " or ".join(listed), "或".join(spoken(chinese(word)) for word in listed)


def spoken(words: str) -> str:
    """The contract's words as people write them: `computer science`, `data processing`."""
    return words.replace("-", " ").replace("_", " ")


def number(value: float, scale: float = 100.0) -> str:
    """A mark as people write it: 2.9 and 3.0 of 4.0, 72 of 100."""
    text = format(Decimal(str(value)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}.0" if "." not in text and scale <= _SMALL_SCALE else text


def needed(share: Share, scale: float) -> str:
    """A share on the scale of a mark, in hundredths; rounded up, so that who reaches it passes."""
    exact = share.fraction * Fraction(str(scale))
    hundredths = Decimal(-(-exact.numerator * 100 // exact.denominator))
    return number(float((hundredths / 100).quantize(Decimal("0.01"), ROUND_CEILING)), scale)


def mark(told: Mark) -> tuple[str, str]:
    """`2.9 of 4.0`, and in Chinese `2.9/4.0`."""
    value, scale = (number(part, told[1]) for part in told)
    return f"{value} of {scale}", f"{value}/{scale}"


def many(count: int, one: str) -> str:
    """`1 course`, `2 courses`."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


class Named(NamedTuple):
    """What projects are asked for: one, several, and in Chinese."""

    one: str
    zh: str


def projects_named(choice: ProjectChoice) -> Named:
    """`AI project (academic or personal) in logistics`."""
    kinds, kinds_zh = either(choice.kinds)
    domains, domains_zh = either(choice.domains)
    one = "AI project" if choice.ai else "project"
    if kinds:
        one = f"{kinds} {one}"
    if domains:
        one = f"{domains} {one}"
    return Named(one, f"{domains_zh}{kinds_zh}{'AI' if choice.ai else ''}项目")


def field_in_chinese(field: str, names: Mapping[str, tuple[str, ...]]) -> str:
    """The first name of a field of study that is not in Latin letters."""
    return next((name for name in names.get(field, ()) if not name.isascii()), spoken(field))
