"""The templates and names that ship with the package, made into a writer of letters."""

import tomllib
from importlib.resources import files

from notify.core.letter import LetterWriter, Sender
from notify.core.names import PlainNames


def letter_writer(sender: Sender) -> LetterWriter:
    """A writer with this package's own words."""
    package = files("notify")
    templates = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in (package / "templates").iterdir()
        if entry.name.endswith(".j2")
    }
    names = PlainNames(tomllib.loads((package / "names.toml").read_text(encoding="utf-8")))
    return LetterWriter(templates, names, sender)
