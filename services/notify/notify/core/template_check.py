"""Whether templates make letters: nothing misspelt, and every sample letter written with a subject and a body. Pure."""

import html
import re
import traceback
from collections.abc import Iterator, Mapping

from notify.core import samples
from notify.core.language import LANGUAGES
from notify.core.names import PlainNames, addressable
from notify.core.template_names import Problem, name_problems
from notify.core.templates import HTML, TEXT, Templates, environment, words_file
from notify.core.view import view

_UNSEEN = re.compile(r"<!--.*?-->|<(head|style|script|title)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def problems(sources: Mapping[str, str], names: PlainNames) -> list[Problem]:
    """Everything that is wrong with these templates, by file name; none where letters can be written with them."""
    # What is misspelt would be told a second time, and less well, by a letter that meets it.
    return name_problems(environment(sources), sources) or list(_written(sources, names))


def _written(sources: Mapping[str, str], names: PlainNames) -> Iterator[Problem]:
    templates = Templates(sources)
    found: dict[Problem, str] = {}
    for language in LANGUAGES:
        for sample in samples.of(language):
            told = view(sample.announcement, addressable(sample.addressee.name), language, names)
            try:
                written = templates.write(told, language)
            except Exception as error:
                # Whatever a template can do wrong.
                found.setdefault(_failed(error), f"{sample.name} ({language})")
                continue
            parts = (words_file(language), written.subject), (TEXT, written.text), (HTML, _seen(written.html))
            for file, text in parts:
                if not text.strip():
                    what = "the subject comes out empty" if file == words_file(language) else "it comes out empty"
                    found.setdefault(Problem(file, None, what), f"{sample.name} ({language})")
    for problem, name in found.items():
        yield problem._replace(what=f"{problem.what}, as in the sample letter {name}")


def _failed(error: Exception) -> Problem:
    """Where a template went wrong: the innermost line of one."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    return Problem(frames[-1].filename, frames[-1].lineno, str(error)) if frames else Problem(TEXT, None, str(error))


def _seen(page: str) -> str:
    return html.unescape(_UNSEEN.sub("", page))
