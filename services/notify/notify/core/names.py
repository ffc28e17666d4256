"""Plain names: what a letter calls a programme, a track or a unit, and what it may call a candidate."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from notify.core.language import Language

_ABBREVIATIONS = frozenset({"ai", "hr", "it", "ml", "nlp", "qa", "ui", "ux"})
# A greeting reaches whoever owns the address, so a "name" must not carry an advertiser's link to them. What
# follows a dot is a name when it begins like one (Md.Rahman), and a domain when it is all of one case.
_LINK = re.compile(
    r"://|www\.|@|[^\W_]\.(?:(?-i:[a-z]{2,}|[A-Z]{2,})|com|net|org|info|top|xyz|shop|site|link)(?:[/?#:\s]|$)",
    re.IGNORECASE,
)
_LONGEST = 80

KINDS = ("programme", "track", "unit")
"""What has a plain name."""


@dataclass(frozen=True, slots=True)
class PlainNames:
    """Words for slugs: language -> kind (`programme`, `track`, `unit`) -> slug -> words."""

    words: Mapping[str, Mapping[str, Mapping[str, str]]]

    def name(self, language: Language, kind: str, slug: str) -> str:
        """The words for a slug; a slug nobody named is spelt out: `data-ai` is `Data AI`."""
        words = self.words.get(language, {}).get(kind, {}).get(slug)
        return one_line(words) if words else _spelt_out(slug)


def _spelt_out(slug: str) -> str:
    words = [word.upper() if word in _ABBREVIATIONS else word for word in re.split(r"[-_.]+", slug) if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def one_line(text: str) -> str:
    """The text on one line: controls, line and paragraph separators and bidirectional overrides are gone."""
    if text.isprintable():
        return " ".join(text.split())
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or _shows(c))
    return " ".join(kept.split())


def _shows(character: str) -> bool:
    category = unicodedata.category(character)
    if category in {"Cc", "Cs", "Zl", "Zp"}:
        return False
    # Joiners belong to names in several scripts; overrides and isolates only disguise one.
    return category != "Cf" or character in "\u200c\u200d"


def addressable(name: str) -> str | None:
    """A candidate's name as a letter may use it, or None where it is no name: empty, too long, or a link."""
    line = one_line(name)
    return None if not line or len(line) > _LONGEST or _LINK.search(line) else line
