"""Takes a candidate's own name out of a text."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

REMOVED = "[removed]"

_BREAK = re.compile(r"[\s.,，、·•‧・()（）/'’\"_-]+")
_JOINTS = (" ", "", ".", "-", "_", "·", ", ", "  ", "\n")
_IDEOGRAPHS = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_SEVERAL = re.compile(rf"{re.escape(REMOVED)}(?:[\s.,·•‧・_-]{{1,2}}{re.escape(REMOVED)})+")

# Names that are also words of the language or the trade ("Ai", "Will", "Go") go only as part of the whole name:
# taken out one by one they would blank "AI" from every project of a candidate called Ai.
# fmt: off
_ORDINARY = frozenset({
    "ai", "an", "and", "are", "art", "as", "at", "be", "best", "bill", "bin", "black", "brown", "can", "case",
    "chase", "day", "do", "fan", "field", "for", "gang", "go", "grace", "grant", "green", "hall", "hang",
    "he", "hope", "in", "is", "it", "joy", "julia", "king", "long", "love", "man", "mark", "may", "me", "min",
    "ml", "my", "no", "of", "on", "or", "page", "pan", "park", "power", "price", "ran", "rich", "rose",
    "ruby", "run", "sang", "sharp", "she", "short", "small", "so", "song", "stone", "strong", "sun", "swift",
    "the", "to", "white", "will", "wood", "you", "young",
})
# fmt: on


def without_name(text: str, name: str) -> str:
    """The text with the whole name, and each part of it that is a word of its own, replaced by `[removed]`.

    Latin and other spaced scripts match as whole words in any case; a Chinese, Japanese or Korean name matches
    whole and anywhere, since those scripts put no space around it.
    """
    if len(name) > 1 and name[0] not in text and _IDEOGRAPHS.fullmatch(name):
        return text  # every form of such a name begins with its first character
    lowered = _lower(text)
    spared = text
    for part, as_word in _forms(_lower(name), lowered):
        if part and part in lowered:
            text = _cut(text, lowered, part, as_word)
            lowered = _lower(text)
    return text if text is spared else _SEVERAL.sub(REMOVED, text)


def _forms(name: str, text: str) -> Iterator[tuple[str, bool]]:
    """What to look for, longest first, in lower case; and whether only as a whole word.

    Forms of the whole name are left out where a piece of it is nowhere in the text.
    """
    ideographs: list[str] = [] if name.isascii() else _IDEOGRAPHS.findall(name)
    if len("".join(ideographs)) > 1:
        if ideographs[0][0] in text:
            yield from _ideographic(ideographs)
        name = _IDEOGRAPHS.sub(" ", name)
    parts = name.split() if name.replace(" ", "").isalpha() else [part for part in _BREAK.split(name) if part]
    absent = [part for part in parts if part not in text]
    if len(absent) == len(parts) > 0 and name.isascii():
        return
    distinct = [part for part in parts if len(part) > 1 and part not in _ORDINARY]
    if not absent:
        if len(name.strip()) > 1:
            yield name.strip(), True
        if len(parts) > 1:
            # Distinct parts are found one by one below; only the others need every way of standing together.
            for joint in ("",) if len(distinct) == len(parts) else _JOINTS:
                yield joint.join(parts), True
                yield joint.join(reversed(parts)), True
    for part in distinct:
        yield part, True
        if not part.isascii():
            yield _unaccented(part), True


def _ideographic(runs: Sequence[str]) -> Iterator[tuple[str, bool]]:
    for joint in _JOINTS if len(runs) > 1 else ("",):
        yield joint.join(runs), False
    yield " ".join("".join(runs)), False


def _cut(text: str, lowered: str, part: str, as_word: bool) -> str:
    pieces: list[str] = []
    kept = at = 0
    while (start := lowered.find(part, at)) >= 0:
        end = start + len(part)
        if as_word and (_continues(text[start - 1 : start]) or _continues(text[end : end + 1])):
            at = start + 1
            continue
        pieces += text[kept:start], REMOVED
        kept = at = end
    return "".join((*pieces, text[kept:])) if pieces else text


def _continues(neighbour: str) -> bool:
    """Whether a character beside a word makes it part of a longer one; Chinese stands beside words unspaced."""
    return neighbour.isalnum() and neighbour < "\u2e80"


def _lower(text: str) -> str:
    """Lower case, position by position."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


def _unaccented(part: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", part) if not unicodedata.combining(c))
