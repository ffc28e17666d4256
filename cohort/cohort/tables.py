"""Tables that stay whole on a terminal of any width: words are folded, numbers never, and at last rows become lines."""

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_NARROWEST_WORDS = 10


def plain_table(*words: str, numbers: Sequence[str] = (), title: str | None = None) -> Table:
    """An empty table with columns of words, then of numbers."""
    table = _PlainTable(title=title, title_justify="left")
    for name in words:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, overflow="fold", justify="right", no_wrap=True)
    return table


def print_indented(console: Console, text: str, by: int) -> None:
    """Print a text on as many lines as it needs, all of them indented."""
    console.print(Padding(Text(text), (0, 0, 0, by), expand=False), highlight=False)


class _PlainTable(Table):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._least_width(console, options) <= options.max_width:
            yield from super().__rich_console__(console, options)
            return
        # A column of single letters can be read by nobody: a line for each row instead.
        for title in (self.title, *self._as_lines(), self.caption):
            if title:
                yield Text.from_markup(title, overflow="fold") if isinstance(title, str) else title

    def _least_width(self, console: Console, options: ConsoleOptions) -> int:
        widths = []
        for column in self.columns:
            cells = [*column.cells, *([column.header] if self.show_header else [])]
            longest = max((Measurement.get(console, options, cell).maximum for cell in cells), default=0)
            widths.append(longest if column.no_wrap else min(longest, _NARROWEST_WORDS))
        # A border and a blank on each side of every cell, and the border at the end.
        return sum(widths) + 3 * len(widths) + 1

    def _as_lines(self) -> list[str]:
        lines = []
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            told = list(zip(self.columns, map(str, cells), strict=True))
            words = [cell for column, cell in told if cell and not column.no_wrap]
            numbers = [f"{self._name(column.header)}{cell}" for column, cell in told if cell and column.no_wrap]
            lines.append(": ".join(filter(None, ("; ".join(words), ", ".join(numbers)))))
        return lines

    def _name(self, header: object) -> str:
        return f"{header} ".replace("\n", " ") if self.show_header else ""
