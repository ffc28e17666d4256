"""What processes cost, from outside: CPU seconds and peak memory, children included."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds (user and system) so far, and the largest resident size of any one process in bytes."""

    cpu_seconds: float
    peak_bytes: int


def cost(pids: Sequence[int]) -> Cost:
    """The cost of these processes and their children until now."""
    seconds = 0.0
    peak = 0
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError):
            process = psutil.Process(pid)
            for one in (process, *process.children(recursive=True)):
                times = one.cpu_times()
                seconds += times.user + times.system
                peak = max(peak, high_water(one.pid))
    return Cost(seconds, peak)


def high_water(pid: int) -> int:
    """VmHWM of a process in bytes; its present size where the system tells no peak."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return int(psutil.Process(pid).memory_info().rss)
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def resident(pid: int) -> int:
    """The resident size of a process in bytes."""
    return int(psutil.Process(pid).memory_info().rss)
