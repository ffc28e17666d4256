"""The templates of letters: which there must be, and what they may do. Pure.

A language has its sentences in one file; what the text and the HTML of a letter are made of is the same in all. They
are sandboxed, and nothing in them draws a lot: the same letter is the same bytes whenever it is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Template, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notify.core.language import LANGUAGES, Language
from notify.core.names import one_line
from notify.core.view import View

TEXT, HTML = "letter.txt.j2", "letter.html.j2"


def words_file(language: Language) -> str:
    """The file with a language's sentences: each is a name that it sets, and one of them is the `subject`."""
    return f"words.{language}.j2"


FILES = (*(words_file(language) for language in LANGUAGES), TEXT, HTML)


def environment(sources: Mapping[str, str]) -> ImmutableSandboxedEnvironment:
    """Jinja for these templates, by file name. What a template names must be there; HTML is escaped."""

    def load(name: str) -> tuple[str, str, None] | None:
        # Named by its file, so that a traceback tells file and line.
        return (sources[name], name, None) if name in sources else None

    jinja = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    del jinja.globals["lipsum"], jinja.filters["random"]
    return jinja


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a letter, before they are a message."""

    subject: str
    text: str
    html: str


class Templates:
    """The templates, compiled."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        jinja = environment(sources)
        self._words = {language: jinja.get_template(words_file(language)) for language in LANGUAGES}
        self._text = jinja.get_template(TEXT)
        self._html = jinja.get_template(HTML)

    def write(self, told: View, language: Language) -> Written:
        """A letter's words. Raises jinja2.TemplateError where a template asks for what is not there."""
        known = {name: getattr(told, name) for name in View.__slots__}
        known |= sentences(self._words[language], known)
        return Written(one_line(str(known["subject"])), self._text.render(known), self._html.render(known))


def sentences(words: Template, known: Mapping[str, Any]) -> dict[str, Any]:
    """What a file of sentences sets, for a letter that knows this."""
    made = vars(words.make_module(dict(known)))
    return {name: value for name, value in made.items() if not name.startswith("_")}
