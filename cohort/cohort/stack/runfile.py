"""run.json: what a running cohort started, so that others find it and the next start ends what it left."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import psutil

from cohort.stack.errors import InUse, StackError
from cohort.stack.orphans import end_processes
from cohort.stack.private import passable, private_folder

if TYPE_CHECKING:
    from _typeshed import DataclassInstance as Addresses

_FILE = "run.json"
LOCK = "cohort.lock"
"""The file that is locked while a cohort holds the folder; it stays there."""
# The clock that psutil derives a start time from may be corrected by a little; a pid is not reused that fast.
_SAME_START_SECONDS = 2.0

__all__ = ["LOCK", "InUse", "Mark", "RunFile", "Running", "read_recorded", "read_running"]


@dataclass(frozen=True)
class Mark:
    """A process, told apart from a later one with the same pid by when it was created."""

    pid: int
    create_time: float

    @classmethod
    def of(cls, pid: int) -> Mark:
        """The mark of a running process; psutil.NoSuchProcess when there is none."""
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """The marked process, or None when it has ended (whoever has its pid now)."""
        if self.pid <= 0:
            return None
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.create_time) > _SAME_START_SECONDS:
                return None
            return None if process.status() == psutil.STATUS_ZOMBIE else process
        except psutil.Error:
            return None


_NOBODY = Mark(0, 0.0)


@dataclass(frozen=True)
class Running:
    """What a cohort has running: itself, its ports and children by name (as started), its addresses by field name."""

    cohort: Mark
    ports: dict[str, int]
    children: dict[str, Mark] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)


def read_recorded(data_dir: Path) -> Running | None:
    """The latest record, whether or not its cohort still runs; None when there is none that can be read."""
    try:
        raw = json.loads((data_dir / _FILE).read_text(encoding="utf-8"))
        return Running(
            Mark(int(raw["cohort"]["pid"]), float(raw["cohort"]["create_time"])),
            {str(name): int(port) for name, port in raw["ports"].items()},
            {str(name): Mark(int(m["pid"]), float(m["create_time"])) for name, m in raw["children"].items()},
            {str(name): str(value) for name, value in raw["addresses"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def read_running(data_dir: Path) -> Running | None:
    """The cohort that runs on this folder now, or None."""
    recorded = read_recorded(data_dir)
    return recorded if recorded is not None and recorded.cohort.process() is not None else None


class RunFile:
    """One cohort's claim on a data folder while entered; the kernel gives it back even after kill -9."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._fd: int | None = None

    def __enter__(self) -> RunFile:
        """InUse when another cohort holds the folder, OSError when it cannot be made. A new one is its owner's only."""
        if not self._data_dir.exists():
            private_folder(self._data_dir, passable())
        fd = os.open(self._data_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            holder = os.read(fd, 32).decode("ascii", "replace").strip()
            os.close(fd)
            raise InUse(
                f"another cohort{f' (pid {holder})' if holder else ''} is running on {self._data_dir}; "
                "stop it first, or give this one another data folder"
            ) from problem
        os.ftruncate(fd, 0)
        os.write(fd, str(os.getpid()).encode("ascii"))
        self._fd = fd
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def remembered_ports(self) -> dict[str, int]:
        """The ports of the latest cohort on this folder: what `choose_ports` should try first."""
        recorded = read_recorded(self._data_dir)
        return {} if recorded is None else recorded.ports

    async def stop_leftovers(self, say: Callable[[str], None], grace_seconds: float = 15.0) -> list[str]:
        """End the children of a cohort that is gone, the latest started first; returns their names.

        Only a process whose pid and creation time both match is touched.
        """
        recorded = read_recorded(self._data_dir)
        stopped = []
        for name, mark in reversed(recorded.children.items() if recorded else ()):
            process = mark.process()
            if process is not None:
                say(f"ending {name} (pid {mark.pid}), left behind by an earlier cohort")
                # To Postgres SIGTERM means to wait for its clients; those were started later and have ended by now.
                await asyncio.to_thread(end_processes, [process], signal.SIGTERM, grace_seconds)
                stopped.append(name)
        return stopped

    def record(self, pids: Mapping[str, int], ports: Mapping[str, int], addresses: Addresses | None = None) -> None:
        """Say what runs, in the order it was started; call it again when that changes. Only its owner can read it.

        `addresses` is any dataclass instance; its fields are kept as text. A pid that has just ended is left out.
        """
        children = {name: mark for name, pid in pids.items() if (mark := _mark_or_none(pid)) is not None}
        kept = {} if addresses is None else {name: str(value) for name, value in asdict(addresses).items()}
        self._write(Running(Mark.of(os.getpid()), dict(ports), children, kept))

    def clear_pids(self) -> None:
        """After an orderly stop: keep the ports for the next start, and nothing to find or to end."""
        self._write(Running(_NOBODY, self.remembered_ports()))

    def _write(self, running: Running) -> None:
        if self._fd is None:
            raise StackError(f"the folder {self._data_dir} is not held")
        new = self._data_dir / f".{_FILE}.new"
        new.unlink(missing_ok=True)
        # Addresses may hold a database password.
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(json.dumps(asdict(running), indent=2) + "\n")
        new.replace(self._data_dir / _FILE)


def _mark_or_none(pid: int) -> Mark | None:
    try:
        return Mark.of(pid)
    except psutil.Error:
        return None
