"""The verbs of `cohort sources`: which HR systems may send, and their API keys."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.markup import escape

from cohort.plain_words import plain_words
from cohort.tables import plain_table
from cohort.terminal import say, screen
from cohort.verb import failure
from intake import sources_file
from intake.sources import SourceScope, SourcesUnreadable, read_sources
from intake.sources_file import SourcesUnchanged

sources = typer.Typer(no_args_is_help=True, help="The HR systems that may send, and their API keys.")
T = TypeVar("T")

_SUBMIT = [SourceScope.SUBMIT]

File = Annotated[
    Path,
    typer.Option(
        envvar="HIRING_SOURCES_FILE",
        dir_okay=False,
        help="The file of sources, the one that intake's HIRING_SOURCES_FILE names.",
    ),
]
Name = Annotated[str, typer.Argument(metavar="SOURCE", help="As its applications name it in `source`.")]


@sources.command()
def create(
    source: Name,
    file: File,
    scope: Annotated[list[SourceScope], typer.Option(help="What it may do; may be given several times.")] = _SUBMIT,
) -> None:
    """Enter a source, and print its first key. The key is shown this once: only its hash is kept."""
    first = not file.exists()
    _tell_key(_done(lambda: sources_file.create(file, source, scope)))
    say(f"{source} may {', '.join(scope)}; send the key as `Authorization: Bearer KEY`")
    whole = file.absolute()
    say(
        f"written to {whole}: intake reads it where HIRING_SOURCES_FILE={shlex.quote(str(whole))} is set when it starts"
    )
    if first:
        say("one that runs without it lets everybody in: stop `make up`, and start it again with the variable")


@sources.command("list")
def list_(file: File) -> None:
    """Every source, what it may do, and the ids of its keys."""
    table = plain_table("source", "may", "keys")
    for each in _done(lambda: read_sources(file)).sources:
        keys = "\n".join(f"{key.id} since {key.created:%Y-%m-%d}" for key in each.keys)
        table.add_row(escape(each.source), ", ".join(each.scopes), escape(keys or "none: it cannot send"))
    screen().print(table)


@sources.command()
def rotate(source: Name, file: File) -> None:
    """Print another key for a source. The old ones stay valid until they are revoked."""
    _tell_key(_done(lambda: sources_file.rotate(file, source)))
    say(f"the earlier keys of {source} hold until `cohort sources revoke {source} KEY_ID`")


@sources.command()
def revoke(
    source: Name, key_id: Annotated[str, typer.Argument(help="The key's id, as `list` shows it.")], file: File
) -> None:
    """Take a key from a source; within a second intake refuses it."""
    left = _done(lambda: sources_file.revoke(file, source, key_id))
    say(f"{key_id} is revoked; {source} has {left} {'key' if left == 1 else 'keys'} left")


def _tell_key(token: str) -> None:
    # On standard output and alone, so that it can go straight into a secret store.
    typer.echo(token)
    say(f"key {token.split('_')[1]}: keep it now, it is shown this once")


def _done(act: Callable[[], T]) -> T:
    try:
        return act()
    except (SourcesUnchanged, SourcesUnreadable) as error:
        raise failure(str(error)) from None
    except Exception as error:
        if (words := plain_words(error)) is None:
            raise
        raise failure(words) from None
