"""The summary of a drive, as tables."""

from collections.abc import Mapping

import psutil
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cohort.accounting.result import Account
from cohort.tables import plain_table

_REASONS_SHOWN = 10


def show(console: Console, account: Account, seconds: float, memory: Mapping[str, int]) -> None:
    """Print the account of a drive that took `seconds`; `memory` is bytes by process."""
    console.print(_lines(account, seconds))
    if account.rejected or account.dead_letters:
        console.print(_refused(account))
    console.print(_decisions(account))
    if account.reasons:
        console.print(_reasons(account))
    if memory:
        console.print(_memory(memory))
    if not account.complete:
        console.print(_discrepancies(account))
    answer = "yes" if account.complete else "no"
    console.print(f"every application accounted for: {answer}", style="green" if account.complete else "bold red")


def memory(pids: Mapping[str, int]) -> dict[str, int]:
    """Bytes by process with its children, memory they share counted once; a process that has ended is left out."""
    return {name: used for name, pid in pids.items() if (used := _of_tree(pid))}


def _of_tree(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        return sum(_of_one(each) for each in (process, *process.children(recursive=True)))
    except psutil.Error:
        return 0


def _of_one(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
        # Proportional: what Postgres's children share would otherwise count once a child.
        return int(getattr(full, "pss", 0) or full.uss)
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _lines(account: Account, seconds: float) -> Table:
    table = _plain("The drive")
    rate = account.unique / seconds if seconds > 0 else 0.0
    for name, number in (
        ("received", account.received),
        ("duplicates", account.duplicates),
        ("rejected at the door", account.rejected_lines),
        ("dead letters", account.dead_lines),
        ("applications", account.unique),
        ("decided", sum(account.decisions.values())),
        ("letters sent", account.letters_sent),
        ("e-mails delivered", account.emails),
    ):
        table.add_row(name, f"{number:,}")
    repeated = account.repeated
    for name, number in (
        ("corrections", account.corrections),
        ("decisions told in another's letter", account.told_together),
        *((f"no letter: {why}", number) for why, number in account.untold.items()),
        *((f"letter waits: {why}", number) for why, number in account.waiting.items()),
        ("e-mails repeated", repeated.emails),
        ("  of these in hand when notify died", repeated.emails_explained),
        ("decisions published again", repeated.decisions_published),
        ("dead letters written again", repeated.dead_letters),
    ):
        if number:
            table.add_row(name, f"{number:,}")
    table.add_row("seconds", f"{seconds:,.1f}")
    table.add_row("applications/s end to end", f"{rate:,.0f}")
    return table


def _refused(account: Account) -> Table:
    table = _plain("Refused, and why")
    for kind, counts in (("at the door", account.rejected), ("dead letter", account.dead_letters)):
        for why, count in list(counts.items())[:_REASONS_SHOWN]:
            table.add_row(f"{kind}: {escape(why)}", f"{count:,}")
        if (more := len(counts) - _REASONS_SHOWN) > 0:
            table.add_row(f"{kind}: {more} more reasons", "")
    return table


def _decisions(account: Account) -> Table:
    outcomes = sorted({outcome for _, outcome in account.decisions})
    table = plain_table("track", numbers=outcomes, title="Decisions")
    for track in sorted({track for track, _ in account.decisions}, key=lambda track: track or "~"):
        counts = (account.decisions.get((track, outcome), 0) for outcome in outcomes)
        table.add_row(escape(track or "no track"), *(f"{count:,}" if count else "" for count in counts))
    return table


def _reasons(account: Account) -> Table:
    table = plain_table("outcome", "rule", "reason", numbers=("decisions",), title="The most frequent reasons")
    for reason in account.reasons:
        table.add_row(reason.outcome, escape(reason.rule), escape(reason.text), f"{reason.count:,}")
    return table


def _memory(memory: Mapping[str, int]) -> Table:
    table = _plain("Memory")
    for name, used in memory.items():
        table.add_row(escape(name), f"{used / 2**20:,.0f} MiB")
    return table


def _discrepancies(account: Account) -> Table:
    table = plain_table("what", "which", "detail", title="What does not match")
    table.style = "red"
    for kind, count in account.discrepancy_counts.items():
        shown = [each for each in account.discrepancies if each.kind == kind]
        table.add_row(f"{escape(kind.value)}: {count:,}", "", "", style="bold")
        for each in shown:
            table.add_row("", each.subject, escape(each.detail))
        if count > len(shown):
            table.add_row("", f"… and {count - len(shown):,} more", "")
    return table


def _plain(title: str) -> Table:
    table = plain_table("what", numbers=("number",), title=title)
    table.show_header = False
    return table
