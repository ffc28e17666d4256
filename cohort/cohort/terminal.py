"""What a person reads, on a terminal of any width or on none."""

import contextlib
import io
import os
import sys

from rich.console import Console
from rich.markup import escape

_WIDE = 200


class _Console(Console):
    """One whose reader may go away: what has begun is then still ended in order."""

    def on_broken_pipe(self) -> None:
        self.quiet = True


_said = _Console(stderr=True)


def say(text: str) -> None:
    """Tell a person something, beside the results. Lines are not folded, so that a path can be copied whole."""
    # Nothing may fail because it cannot be told (a full disk behind a redirection).
    with contextlib.suppress(OSError):
        _said.print(escape(text), highlight=False, soft_wrap=True)


def said() -> Console:
    """Where a person is told things beside the results."""
    return _said


def screen() -> Console:
    """Where results are printed: as wide as the terminal, and wide enough for any table where there is none."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A sign that an old encoding lacks is no reason to lose the rest.
        sys.stdout.reconfigure(errors="replace")
    out = _Console()
    if not out.is_terminal and not os.environ.get("COLUMNS"):
        out.width = _WIDE
    return out
