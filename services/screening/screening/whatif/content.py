"""A policy's content as plain values, and how a value of it is said in words."""

from typing import Any

Content = Any
"""What `model_dump(mode="json")` gives: texts, numbers, lists and dictionaries."""

_LANGUAGES = {"en": "English", "zh": "Chinese"}
_NAMED_BY = ("id", "component", "track", "unit", "name")
"""By which field the parts of a list are told apart."""

_FIELDS = {
    "earliest": "the earliest month",
    "latest": "the latest month",
    "otherwise": "what failing it leads to",
    "unclear": "the text where it cannot tell",
    "ai": "whether only AI projects count",
    "to": "what is to be agreed to",
    "advance_from": "the score to advance",
    "review_from": "the score to go to a person",
    "none_at": "what gives no points",
    "full_at": "what gives all points",
    "if_unknown": "what becomes of those who do not say",
    "between": "the text between the two scores",
    "decline_needs_a_person": "whether a person sees each decline",
}
_ONE = {"rules": "rule", "tracks": "track", "components": "component", "units": "unit", "courses": "list of courses"}


def words(name: str) -> str:
    """A field's name or an id, as words."""
    return name.replace("_", " ").replace("-", " ")


def field(name: str) -> str:
    """A field, as the subject of a sentence."""
    return _FIELDS.get(name) or f"the {words(name)}"


def one_of(name: str) -> str:
    """What one part of such a list is called."""
    return _ONE.get(name) or f"part of {words(name)}"


def is_saying(value: Content) -> bool:
    """Whether it is a sentence in each language."""
    return isinstance(value, dict) and bool(value) and value.keys() <= _LANGUAGES.keys()


def language(code: str) -> str:
    """A language by its name."""
    return _LANGUAGES[code]


def is_plain(value: Content) -> bool:
    """Whether it is said in one go: a number, a text, a share of a whole."""
    return not isinstance(value, dict | list) or (isinstance(value, dict) and value.keys() == {"value", "scale"})


def naming(parts: list[Content]) -> str | None:
    """The field by which the parts of a list are told apart; None where there is none."""
    for name in _NAMED_BY:
        ids = [part.get(name) for part in parts if isinstance(part, dict)]
        if len(ids) == len(parts) and None not in ids and len(set(ids)) == len(ids):
            return name
    return None


def said(value: Content) -> str:
    """A value in words; texts for candidates are left out, and so is what is not set."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case {"value": int() | float() as part, "scale": int() | float() as whole, **rest} if not rest:
            return f"{part:g} of {whole:g}" if whole != 1 else f"{part:.4g}"
        case {"id": str(id_), **rest} if not any(rest.values()):
            return id_
        case list():
            told = [said(part) for part in value]
            return ", ".join(f"({part})" if ", " in part else part for part in told) or "nothing"
        case dict():
            told = [
                f"{words(name)} {said(part)}"
                for name, part in value.items()
                if part not in (None, False, [], {}) and not is_saying(part)
            ]
            return ", ".join(told) or "nothing"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
