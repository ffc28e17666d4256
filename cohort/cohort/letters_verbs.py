"""The verbs of `cohort letters`: what candidates are written."""

from html import escape
from pathlib import Path
from typing import Annotated

import typer

from cohort.plain_words import plain_words
from cohort.terminal import say
from cohort.verb import failure
from notify.core import samples
from notify.core.language import LANGUAGES, Language
from notify.core.letter import LetterWriter, Sender
from notify.stationery import UnusableTemplates, letter_writer

letters = typer.Typer(no_args_is_help=True, help="The letters to candidates.")

_SENDER = Sender("Graduate Hiring", "hiring@example.com")
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sample letters</title>
<style>
:root {{ color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }}
main {{ max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-x: auto; }}
th, td {{ text-align: left; padding: .3rem 1.5rem .3rem 0; vertical-align: top; }}
</style>
</head>
<body>
<main>
<h1>Sample letters</h1>
<p>Every letter as a browser shows it, and as it is sent. All of them are made up.</p>
<table>
<thead><tr><th scope="col">Letter</th>{languages}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</main>
</body>
</html>
"""


@letters.callback()
def _several_verbs() -> None:
    """Keeps `preview` a verb of its own while it is the only one."""


@letters.command()
def preview(
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="Where to write them.")],
    templates: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            exists=True,
            envvar="HIRING_TEMPLATES_DIR",
            help="Your own templates in place of those of the package, as notify's HIRING_TEMPLATES_DIR.",
        ),
    ] = None,
) -> None:
    """Write every sample letter as .eml and .html, and an index.html that links them."""
    try:
        writer = letter_writer(_SENDER, templates)
        folder.mkdir(parents=True, exist_ok=True)
        subjects = {
            (sample.name, language): _write(writer, sample, language, folder)
            for language in LANGUAGES
            for sample in samples.of(language)
        }
        index = folder / "index.html"
        index.write_text(_index(subjects), encoding="utf-8")
    except UnusableTemplates as error:
        raise failure(str(error)) from None
    except OSError as error:
        raise failure(plain_words(error) or str(error)) from None
    say(f"{len(subjects)} letters are written; open {index.resolve()}")


def _write(writer: LetterWriter, sample: samples.Sample, language: Language, folder: Path) -> str:
    """Write a sample in a language; return its subject."""
    words = writer.words(sample.announcement, sample.addressee)
    name = f"{sample.name}.{language}"
    (folder / f"{name}.eml").write_bytes(writer.write(sample.announcement, sample.addressee).data)
    (folder / f"{name}.html").write_text(words.html, encoding="utf-8")
    return words.subject


def _index(subjects: dict[tuple[str, Language], str]) -> str:
    rows = []
    for name in dict.fromkeys(name for name, _ in subjects):
        cells = "".join(
            f'<td lang="{language}"><a href="{name}.{language}.html">{escape(subjects[name, language])}</a> '
            f'(<a href="{name}.{language}.eml" lang="en" aria-label="{name}, {language}, as sent">.eml</a>)</td>'
            for language in LANGUAGES
        )
        rows.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    heads = "".join(f'<th scope="col">{language}</th>' for language in LANGUAGES)
    return _PAGE.format(languages=heads, rows="\n".join(rows))
