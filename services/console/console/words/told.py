"""What services say in English on the topics, in the reader's language: why a command was refused, and the like.

`told.zh.toml` goes from the English sentence to the Chinese one, as gettext does: the events stay as they are.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import NamedTuple

from hiring.explanation.words import Language

WHOLE = ("refusal", "note", "cause", "problem", "detail", "form")
"""The tables of whole sentences, by the field of the event that carries them, or the form that is refused; the others
are of places."""

_BETWEEN, _BETWEEN_CHINESE = "; ", "；"
# Nobody says so much at once; what a stranger wrote, on a topic or in a form, must not hold up a page.
_LONGEST = 4_000
"""Characters: no event's refusal, note, cause, problem or detail is longer."""
_MOST_PARTS = 30
_DEEPEST = 2
"""A note has what was left in a place, and that has the refusal in one; nothing that is said goes deeper."""


class _Pattern(NamedTuple):
    """A sentence that has places, and its Chinese with the same."""

    said: re.Pattern[str]
    chinese: str


def told(sentence: str, language: Language) -> str:
    """The sentence in that language; as it came where nobody knows it: another release may have said it."""
    if language == "en" or len(sentence) > _LONGEST:
        return sentence
    return next((known for table in WHOLE if (known := _known(table, sentence)) is not None), sentence)


@cache
def tables() -> Mapping[str, Mapping[str, str]]:
    """English to Chinese, table by table.

    A place `{x}` holds anything, or, where there is a table `x`, one of its sentences, or several with `; ` between.
    What `{aside}` holds is said in English only.
    """
    return tomllib.loads((files("console") / "words" / "told.zh.toml").read_text("utf-8"))


def _known(table: str, sentence: str, depth: int = 0) -> str | None:
    """A table's Chinese for the sentence; None where it has none. `depth`: how many places it stands in."""
    if (exactly := tables()[table].get(sentence)) is not None:
        return exactly
    for pattern in _patterns(table):
        if found := pattern.said.fullmatch(sentence):
            filled: dict[str, str] = {}
            for place, text in found.groupdict().items():
                if (chinese := _filled(place, text, depth + 1)) is None:
                    break
                filled[place] = chinese
            else:
                return pattern.chinese.format(**filled)
    return None


def _filled(place: str, text: str, depth: int) -> str | None:
    """What stands in a place, in Chinese where the place has a table; None where that does not know it."""
    if place not in tables():
        return text
    parts = text.split(_BETWEEN)
    if depth > _DEEPEST or len(parts) > _MOST_PARTS:
        return None
    # From the end on: a sentence may itself hold what stands between two.
    from_here: dict[int, list[str]] = {len(parts): []}
    for begin in reversed(range(len(parts))):
        for end in range(begin + 1, len(parts) + 1):
            if end in from_here and (first := _known(place, _BETWEEN.join(parts[begin:end]), depth)) is not None:
                from_here[begin] = [first, *from_here[end]]
                break
    return _BETWEEN_CHINESE.join(from_here[0]) if 0 in from_here else None


@cache
def _patterns(table: str) -> list[_Pattern]:
    """Those that say most themselves come first: they are the likeliest to be meant."""
    found = [(list(Formatter().parse(en)), chinese) for en, chinese in tables()[table].items() if "{" in en]
    found.sort(key=lambda it: -sum(len(words) for words, _, _, _ in it[0]))
    return [_Pattern(_expression(parts), chinese) for parts, chinese in found]


def _expression(parts: list[tuple[str, str | None, str | None, str | None]]) -> re.Pattern[str]:
    # A place may hold several lines.
    return re.compile(
        "".join(re.escape(words) + (f"(?P<{name}>.+?)" if name else "") for words, name, _, _ in parts), re.S
    )
