"""The operator's YAML files: what is wrong in one is told all at once, where it was made."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hiring.yaml_lines import Empty, Lined, Unreadable, line_of, read_yaml

Place = tuple[str | int, ...]

# YAML takes a key without quotation marks that begins with *, & or ! for a name, and repeats it where it is none.
_REPEATED = re.compile(r"'[^'<]{2,}'")


class Wrong(NamedTuple):
    """One mistake: where in the document, what and how to mend it. It quotes names, never a secret."""

    place: Place
    told: str


class FileError(ValueError):
    """A file cannot be used. The message is for people: a line each, `file:line: place: what and how to mend it`."""


class Document(NamedTuple):
    """A file's content, and the lines it stands on."""

    name: str
    read: Lined

    @property
    def value(self) -> Any:
        return self.read.value

    def error(self, wrongs: Sequence[Wrong]) -> FileError:
        """All mistakes as one error, in the order of the file."""
        told = sorted((line_of(self.read.node, it.place), ".".join(map(str, it.place)), it.told) for it in wrongs)
        return FileError("\n".join(f"{self.name}:{line}: {f'{at}: ' if at else ''}{what}" for line, at, what in told))


def read_document(path: Path) -> Document:
    """A file's one document; of an empty one, an empty mapping. Raises FileError; OSError where there is none."""
    try:
        return Document(str(path), read_yaml(path.read_text(encoding="utf-8")))
    except Empty:
        return Document(str(path), read_yaml("{}"))
    except UnicodeDecodeError:
        raise FileError(f"{path}:1: is not UTF-8: save it in that encoding") from None
    except Unreadable as error:
        told = _REPEATED.sub("'…' (put quotation marks around what begins with *, & or !)", error.text)
        raise FileError(f"{path}:{error.line}: {told}") from None
