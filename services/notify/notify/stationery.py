"""The templates and names of letters, read and checked, made into a writer of letters."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from notify.core.language import LANGUAGES
from notify.core.letter import LetterWriter, Sender
from notify.core.names import KINDS, PlainNames
from notify.core.template_check import problems
from notify.core.template_names import Problem

_NAMES = "names.toml"


class UnusableTemplates(Exception):
    """No letters can be written with these templates; the text names every problem, with file and line."""

    def __init__(self, found: list[Problem]) -> None:
        self.problems = tuple(found)
        lines = "\n".join(f"  {problem}" for problem in found)
        super().__init__(f"The letters' templates are not usable; mend these files:\n{lines}")


def letter_writer(sender: Sender, templates_dir: Path | None = None) -> LetterWriter:
    """A writer with the package's own words, or with those of a folder.

    The folder holds every template of a letter, and those they name; its `names.toml`, where there is one, is used
    in place of the package's. Raises UnusableTemplates, with everything that is wrong at once.
    """
    package = files("notify")
    templates, found = _templates(package / "templates" if templates_dir is None else templates_dir)
    names, wrong = _names(_names_file(templates_dir))
    found += wrong
    found = found or problems(templates, names)
    if found:
        raise UnusableTemplates(found)
    return LetterWriter(templates, names, sender)


def plain_names(templates_dir: Path | None = None) -> PlainNames:
    """The names alone that letters are written with, for other pages. Raises UnusableTemplates."""
    names, wrong = _names(_names_file(templates_dir))
    if wrong:
        raise UnusableTemplates(wrong)
    return names


def _names_file(templates_dir: Path | None) -> Traversable:
    own = templates_dir is not None and (templates_dir / _NAMES).is_file()
    return (templates_dir if own and templates_dir is not None else files("notify")) / _NAMES


def _templates(folder: Traversable) -> tuple[dict[str, str], list[Problem]]:
    found: dict[str, str] = {}
    wrong: list[Problem] = []
    try:
        entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".j2")), key=lambda it: it.name)
    except OSError as error:
        return {}, [Problem(str(folder), None, f"the folder cannot be read: {error.strerror}")]
    for entry in entries:
        try:
            found[entry.name] = entry.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            wrong.append(Problem(entry.name, _line(error), "this is no UTF-8"))
        except OSError as error:
            wrong.append(Problem(entry.name, None, f"it cannot be read: {error.strerror}"))
    return found, wrong


def _names(file: Traversable) -> tuple[PlainNames, list[Problem]]:
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        return PlainNames({}), [Problem(_NAMES, _line(error), "this is no UTF-8")]
    except tomllib.TOMLDecodeError as error:
        return PlainNames({}), [Problem(_NAMES, None, str(error))]
    except OSError as error:
        return PlainNames({}), [Problem(_NAMES, None, f"it cannot be read: {error.strerror}")]
    return PlainNames(given), [Problem(_NAMES, None, what) for what in _misnamed(given)]


def _misnamed(given: Mapping[str, object]) -> list[str]:
    """What is no `[language.kind]` with words for slugs."""
    found = []
    for language, kinds in given.items():
        if language not in LANGUAGES or not isinstance(kinds, dict):
            found.append(f"[{language}] is no language of letters: they are {', '.join(LANGUAGES)}")
            continue
        for kind, words in kinds.items():
            if kind not in KINDS or not isinstance(words, dict):
                found.append(f"[{language}.{kind}] is none of: {', '.join(f'{language}.{one}' for one in KINDS)}")
                continue
            blank = (slug for slug, name in words.items() if not (isinstance(name, str) and name.strip()))
            found += [f"[{language}.{kind}] {slug} has no words: write them in quotes" for slug in blank]
    return found


def _line(error: UnicodeDecodeError) -> int:
    return error.object[: error.start].count(b"\n") + 1
