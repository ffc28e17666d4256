"""What is told of a file that was sent fits a screen."""

import io

from rich.console import Console

from cohort.submit_verb import LINES_TOLD, show_some


def test_of_many_rejected_lines_the_first_are_told_and_how_many_more_there_are() -> None:
    out = io.StringIO()
    show_some(Console(file=out), [f"line {number} was rejected: [id]" for number in range(1, 1_258)])
    *lines, last = out.getvalue().splitlines()
    assert (len(lines), lines[19], last) == (LINES_TOLD, "line 20 was rejected: [id]", "and 1,237 more")
