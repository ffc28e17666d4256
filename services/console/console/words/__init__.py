"""What the pages say, in each language: a file of sentences with the same keys, and the words of decisions."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from hiring.explanation.words import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Every sentence of a language, by its key."""
    told = tomllib.loads((files("console") / "words" / f"{language}.toml").read_text("utf-8"))
    return dict(_flat(told, ""))


def say(language: Language) -> Callable[..., str]:
    """What gives the sentence of a key, with its places filled. KeyError where there is none."""
    sentences = catalogue(language)

    def sentence(key: str, **places: Any) -> str:
        return sentences[key].format(**places) if places else sentences[key]

    return sentence


def has(language: Language, key: str) -> bool:
    """Whether there is a sentence of that key."""
    return key in catalogue(language)


def accepted(header: str) -> Language:
    """The language that a browser asks for first, among ours; English where it asks for neither."""
    for part in header.split(","):
        asked = part.split(";")[0].strip().lower()
        for language in LANGUAGES:
            if asked == language or asked.startswith(f"{language}-"):
                return language
    return "en"


def _flat(told: Mapping[str, Any], before: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in told.items():
        found += _flat(value, f"{before}{name}.") if isinstance(value, dict) else [(before + name, value)]
    return found
