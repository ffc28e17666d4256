"""What a person sees of a drive: steps with rates and lag while it runs, and a summary that ends with yes or no."""

import io
from dataclasses import replace
from uuid import UUID

import pytest
from rich.console import Console

from cohort import demo_summary
from cohort.accounting.result import Account, Discrepancy, Kind, Reason, Repeated
from cohort.demo_arrival import Counts
from cohort.demo_screen import Screen
from cohort.drive.sent import Accepted, Channel, Logged, Rejected, Sent

WHOLE = Account(
    received=20,
    rejected_lines=2,
    dead_lines=1,
    accepted_lines=17,
    unique=16,
    duplicates=1,
    corrections=0,
    rejected={"candidate.email: [/] Field required": 2},
    dead_letters={"not-json": 1},
    decisions={("ai", "advance"): 9, (None, "decline"): 7},
    reasons=[Reason("decline", "graduation", "The programme is for students who graduate in time.", 7)],
    letters_sent=16,
    told_together=0,
    untold={},
    waiting={},
    emails=16,
    repeated=Repeated(0, 3, 0, 0),
    discrepancy_counts={},
    discrepancies=[],
)


def console(terminal: bool = False) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=terminal, width=150, color_system=None), out


def summary(account: Account, seconds: float = 4.0) -> str:
    screen, out = console()
    demo_summary.show(screen, account, seconds, {"kafka": 512 * 2**20})
    return out.getvalue()


def test_the_summary_says_yes_on_a_line_of_its_own() -> None:
    lines = summary(WHOLE).splitlines()
    assert lines[-1] == "every application accounted for: yes"
    text = "\n".join(lines)
    for told in ("rejected at the door", "graduation", "not-json", "512 MiB", "Field required", "no track"):
        assert told in text
    assert any("applications/s" in line and " 4 " in line for line in lines)
    assert "What does not match" not in text


def test_the_summary_says_no_and_names_what_is_missing() -> None:
    ids = [str(UUID(int=number)) for number in range(3)]
    account = replace(
        WHOLE,
        discrepancy_counts={Kind.NO_EMAIL: 30},
        discrepancies=[Discrepancy(Kind.NO_EMAIL, each, "decision [x]") for each in ids],
    )
    text = summary(account)
    assert text.splitlines()[-1] == "every application accounted for: no"
    assert all(each in text for each in ids)
    assert "letter sent, but no e-mail in the mailbox: 30" in text
    assert "and 27 more" in text


@pytest.mark.parametrize("width", [24, 40, 60, 79])
def test_on_a_narrow_terminal_every_number_and_word_is_whole(width: int) -> None:
    account = replace(
        WHOLE,
        received=1_234_567,
        decisions={("embodied-ai", "advance"): 1_234_567, ("ai", "human-review"): 7_654_321, (None, "decline"): 7},
        discrepancy_counts={Kind.NO_EMAIL: 1},
        discrepancies=[Discrepancy(Kind.NO_EMAIL, "some-id", "decision")],
    )
    out = io.StringIO()
    screen = Console(file=out, width=width, color_system=None)
    demo_summary.show(screen, account, 4.0, {"kafka": 512 * 2**20})
    with Screen(Console(file=out, width=width, force_terminal=True, color_system=None)) as shown:
        shown.show(None, Counts(decided=9_876_543))
    text = out.getvalue()
    for told in ("1,234,567", "7,654,321", "9,876,543", "embodied-ai"[:10], "human-review", "accepted", "some-id"):
        assert told in text
    if width > 24:
        assert "every application accounted for: no" in text
    assert all(len(line) <= width for line in text.split("\x1b")[0].splitlines())


def test_an_empty_drive_has_a_summary() -> None:
    nothing = replace(WHOLE, received=0, unique=0, rejected={}, dead_letters={}, decisions={}, reasons=[])
    assert "accounted for: yes" in summary(nothing, seconds=0.0)


def test_memory_of_a_process_that_ended_is_left_out() -> None:
    assert demo_summary.memory({"gone": 2**22 - 1}) == {}


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_with_and_without_a_terminal(terminal: bool) -> None:
    screen, out = console(terminal)
    sent = Sent()
    for number in range(8):
        sent.answer(sent.add(Channel.SINGLE), Accepted(UUID(int=number)))
    sent.answer(sent.add(Channel.KAFKA), Logged((0, 0), None))
    sent.answer(sent.add(Channel.BULK), Rejected(("x",)))
    with Screen(screen, total=1000) as shown:
        shown.show(None, Counts())
        shown.show(sent, Counts(decided=5, letters=2, emails=2, dead=1))
        shown._said = 0.0
        shown.show(sent, Counts(decided=7, letters=6, emails=4, dead=1))
    text = out.getvalue()
    assert "accepted" in text and "decided" in text and "e-mailed" in text
    assert "1 rejected at the door, 1 dead letters" in text
    if not terminal:
        assert "\x1b" not in text
        last = text.splitlines()[-1]
        assert "accepted 9 (" in last and "990 waiting" in last
        assert "decided 7 (" in last and "2 waiting" in last
        assert "e-mailed 4 (" in last and "3 waiting" in last


def test_without_a_terminal_a_line_comes_every_two_seconds_at_most() -> None:
    screen, out = console()
    with Screen(screen) as shown:
        for _ in range(100):
            shown.show(None, Counts())
    assert len(out.getvalue().splitlines()) == 1
