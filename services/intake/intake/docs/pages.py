"""What the pages say, made once a process."""

import re
from functools import cache
from typing import TYPE_CHECKING

from hiring import asyncapi
from intake.docs.assets import address
from intake.docs.content import Content
from intake.docs.topics import topics

if TYPE_CHECKING:
    from markupsafe import Markup

_HTML = "text/html"


@cache
def http_page() -> Content:
    """/docs: the doors, to be tried. Its addresses are relative, so that it also stands behind a prefix."""
    return _rendered("http.html", root="", below="docs/")


@cache
def topics_page() -> Content:
    """/docs/topics: every topic and its events, field by field."""
    document = asyncapi.document()
    return _rendered("topics.html", root="../", below="", about=document["info"], topics=topics(document))


@cache
def asyncapi_document() -> Content:
    """/asyncapi.json."""
    return Content(asyncapi.text().encode(), "application/json")


def _rendered(template: str, **told: object) -> Content:
    # Loaded here: no process pays for it before somebody reads.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("intake.docs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"breakable": _breakable, "prose": _prose}
    return Content(environment.get_template(template).render(address=address, **told).encode(), _HTML)


def _breakable(name: str) -> "Markup":
    """A long name in which a browser may break the line after its signs."""
    from markupsafe import Markup, escape

    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[._])(?=.)", name))


def _prose(text: str) -> "Markup":
    """Text in which what stands between backticks is code."""
    from markupsafe import Markup, escape

    told = (
        escape(part) if n % 2 == 0 else Markup("<code>{}</code>").format(part) for n, part in enumerate(text.split("`"))
    )
    return Markup("").join(told)
