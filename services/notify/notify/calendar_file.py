"""From a file to a calendar of letters; what is wrong is told with file and line."""

from pathlib import Path

from pydantic import ValidationError

from hiring.yaml_lines import Empty, Unreadable, line_of, read_yaml
from notify.core.calendar import AT_ONCE, Calendar


class CalendarError(Exception):
    """A calendar cannot be used. The message is for people: a line each, `file:line: where: what is wrong`."""


def read_calendar(path: Path | None) -> Calendar:
    """The calendar in a file; without one, letters go at once. Raises CalendarError."""
    if path is None:
        return AT_ONCE
    try:
        read = read_yaml(path.read_text(encoding="utf-8"))
    except Empty:
        return AT_ONCE
    except OSError as error:
        raise CalendarError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CalendarError(f"{path}: is not UTF-8: save it in that encoding") from None
    except Unreadable as error:
        raise CalendarError(f"{path}:{error.line}: {error.text}") from None
    try:
        return Calendar.model_validate(read.value)
    except ValidationError as error:
        raise CalendarError(
            "\n".join(
                f"{path}:{line_of(read.node, one['loc'])}: {_place(one['loc'])}: {_said(one['msg'])}"
                for one in error.errors(include_url=False)
            )
        ) from None


def _place(location: tuple[str | int, ...]) -> str:
    # Pydantic names the members of a union among the steps; people know only what stands in the file.
    steps = [str(step) for step in location if not str(step).startswith("function-") and step not in _MEMBERS]
    return ".".join(steps) or "(whole)"


_MEMBERS = frozenset({"Release", "datetime"})


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")
