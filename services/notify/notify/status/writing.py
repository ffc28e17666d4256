"""The candidate's pages as HTML: our own templates, in the sandbox of the letters, with nothing to fetch."""

import hashlib
from base64 import b64encode
from importlib.resources import files
from typing import Any, Literal

from jinja2 import Template
from markupsafe import Markup

from hiring.events.decision import Outcome
from notify.core.language import LANGUAGES, Language
from notify.core.names import PlainNames
from notify.core.templates import environment
from notify.status.content import Application, Page
from notify.status.tokens import Wish

Message = Literal["gone", "unavailable", "elsewhere"]
_OUTCOMES: tuple[Outcome, ...] = ("advance", "review", "decline")


class Writing:
    """Writes pages. `names` are what letters call programmes, tracks and units."""

    def __init__(self, names: PlainNames) -> None:
        folder = files("notify") / "status"
        sources = {it.name: it.read_text("utf-8") for it in (folder / "templates").iterdir() if it.name.endswith(".j2")}
        jinja = environment(sources)
        self._page, self._confirm, self._message = (
            jinja.get_template(f"{name}.html.j2") for name in ("page", "confirm", "message")
        )
        style = (folder / "page.css").read_text("utf-8")
        self._style = Markup(style)  # noqa: S704 - it is our own file
        self.names = names
        self.style_hash = f"'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
        """The style as a Content-Security-Policy names it: nothing else may style the page."""

    def page(self, page: Page, language: Language, noted: Wish | None, token: str, asked: Language | None) -> str:
        """The page itself. `asked` is the language that was chosen on it, and goes along."""

        def href(wish: Wish, decision: object) -> str:
            return f"{token}/{wish}/{decision}{query(asked)}"

        return self._written(self._page, language, page=page, programme=page.programme, noted=noted, href=href)

    def confirm(self, page: Page, application: Application, wish: Wish, language: Language, back: str) -> str:
        """The question before a wish is given; its answer is posted to the same address."""
        about = {"application": application, "wish": wish, "back": back}
        return self._written(self._confirm, language, programme=page.programme, **about)

    def message(self, what: Message, language: Language, back: str | None = None) -> str:
        """A page that says what is wrong and what to do."""
        return self._written(self._message, language, programme=None, what=what, back=back)

    def _written(self, template: Template, language: Language, **known: Any) -> str:
        other = LANGUAGES[1 - LANGUAGES.index(language)]
        return template.render(
            style=self._style, words_file=f"words.{language}.html.j2", other_href=query(other), **known
        )


def query(language: Language | None) -> str:
    """What an address ends with where a language was chosen."""
    return f"?lang={language}" if language else ""
