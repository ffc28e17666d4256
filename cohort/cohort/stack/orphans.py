"""Processes that outlived the cohort that started them: find them by what they hold, end them by pid."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import psutil


def processes_in(directory: Path, matches: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    """The processes that work in `directory` and that `matches` accepts; ones we may not see are left out."""
    found = []
    wanted = str(directory.resolve())
    for process in psutil.process_iter():
        try:
            if process.cwd() == wanted and matches(process):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def end_processes(processes: Iterable[psutil.Process], signal: int, grace_seconds: float = 10.0) -> list[int]:
    """Send `signal` to each, SIGKILL to those still there after `grace_seconds`; returns the pids that were ended."""
    remaining = list(processes)
    pids = [process.pid for process in remaining]
    # psutil refuses to signal a pid that was given to another process since.
    for process in remaining:
        try:
            process.send_signal(signal)
        except psutil.NoSuchProcess:
            continue
    _, alive = psutil.wait_procs(remaining, timeout=grace_seconds)
    for process in alive:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(alive, timeout=5.0)
    return pids
