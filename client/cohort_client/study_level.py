"""The level of a degree by its name, in the languages people write it in. What is not known stays unknown."""

import re

from cohort_client.application import Level

# A word, or the beginning of one where it stands before `\w`.
_WORDS: tuple[tuple[Level, str], ...] = (
    (
        "doctorate",
        r"doctor(?:ate|al)?|dokt(?:or|orat|orgrad)|dr-?(?:rer|phil|ing|med|iur|jur|oec)|doctorad[oa]|doctorat|doutorad[oa]|dottorato|доктор",
    ),
    ("master", r"(?<!scrum )master(?:['’]?s)?|magister|máster|maestría|mestrado|magistrale|mastère|магистр(?:атура)?"),
    ("bachelor", r"bachelor(?:['’]?s)?|licence (?:en|pro\w*)|licenciatura|bacharelado|triennale|бакалавр(?:иат)?"),
    ("associate", r"associate(?:['’]?s)?"),
)
# Chinese, Japanese and Korean put no blanks between words.
_PARTS: tuple[tuple[Level, str], ...] = (
    ("doctorate", r"博士(?![后後])|박사"),
    ("master", r"硕士|碩士|修士|석사"),
    ("bachelor", r"学士|學士|本科|학사"),
    ("associate", r"大专|大專|专科|專科|高职"),
)
_LEVELS = tuple(
    (level, re.compile(rf"(?<!\w)(?:{words})(?!\w)|{parts}"))
    for (level, words), (_, parts) in zip(_WORDS, _PARTS, strict=True)
)
_ABBREVIATED: tuple[tuple[Level, str], ...] = (
    ("doctorate", "phd dphil dsc dr"),
    ("master", "msc ms ma meng mtech mphil mba mres llm mca"),
    ("bachelor", "bsc bs ba beng btech bcom bba llb bca"),
)
_SHORT = {short: level for level, shorts in _ABBREVIATED for short in shorts.split()}
_WHOLE: dict[str, Level] = {
    "as": "associate",
    "aa": "associate",
    "aas": "associate",
    "be": "bachelor",
    "licence": "bachelor",
    "grado": "bachelor",
}
"""Ordinary words elsewhere: only where nothing else is said."""


def level(study_type: str) -> Level | None:
    """`Bachelor of Science`, `M.Sc.`, `硕士`, `Laurea magistrale` as a level; None where none or several are meant."""
    text = re.sub(r"(?<=\w)\.\s?", "", " ".join(study_type.casefold().split()))
    if text in _WHOLE:
        return _WHOLE[text]
    found: set[Level] = {name for name, words in _LEVELS if words.search(text)}
    # An abbreviation leads, as in "BSc Mathematics", or stands beside another, as in "MS/PhD".
    first, *others = re.split(r"[^\w]+", text.strip("() "))
    found |= {_SHORT[word] for word in (first, *(others if "/" in text else ())) if word in _SHORT}
    return found.pop() if len(found) == 1 else None
