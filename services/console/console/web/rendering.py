"""Templates into pages: in the language of the reader, every value escaped."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from console.core.glance import LETTERS, OUTCOMES
from console.core.reviews import NO_POLICY
from console.web import assets
from console.words import LANGUAGES, has, say
from console.words.told import told
from hiring.explanation.contract_words import chinese
from hiring.explanation.words import MARKS, WORDS, Language

NAVIGATION = (
    ("/", "glance"),
    ("/applications", "applications"),
    ("/reviews", "reviews"),
    ("/letters", "letters"),
    ("/policies", "policies"),
    ("/dead-letters", "dead_letters"),
    ("/actions", "actions"),
)


class Rendering:
    """The templates, once a process."""

    def __init__(self) -> None:
        self._jinja = Environment(
            loader=PackageLoader("console.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters |= {"number": _number, "moment": _moment, "share": _share, "told": told}
        self._jinja.globals |= {
            "asset": assets.address,
            "NAVIGATION": NAVIGATION,
            "OUTCOMES": OUTCOMES,
            "LETTERS": LETTERS,
            "NO_POLICY": NO_POLICY,
            "MARKS": MARKS,
            "zip": zip,
        }

    def render(self, template: str, language: Language, **told: Any) -> str:
        """The text of a template. jinja2.UndefinedError or KeyError where something it names is not told."""
        words = WORDS[language]
        known: Mapping[str, Any] = {
            "t": say(language),
            "has": lambda key: has(language, key),
            "words": words,
            "named": words.name,
            "term": chinese if language == "zh" else lambda word: word.replace("-", " "),
            "language": language,
            "other": LANGUAGES[1 - LANGUAGES.index(language)],
        }
        return self._jinja.get_template(f"{template}.html.j2").render(**known, **told)


def _number(n: float) -> str:
    return f"{n:,}" if isinstance(n, int) else f"{n:g}"


def _moment(at: datetime) -> Markup:
    in_utc = at.astimezone(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(
        in_utc.isoformat(timespec="seconds"), in_utc.strftime("%Y-%m-%d %H:%M:%S")
    )


def _share(n: int, of: int) -> float:
    """A part as percent of a whole, for widths; 0 of nothing."""
    return round(100 * n / of, 2) if of else 0.0
