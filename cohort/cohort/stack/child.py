"""A supervised child process: started in its own session, its output in a file, stopped within a deadline."""

from __future__ import annotations

import asyncio
import os
import pwd
import signal as signals
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from cohort.stack.errors import StackError
from cohort.stack.private import UMASK

_POLL_SECONDS = 0.03
_TAIL_BYTES = 64 * 1024


class Child:
    """One process of the stack.

    `env` is the whole environment of the process (None: ours). `log_path` gets stdout and stderr, appended.
    Whatever it writes is for its owner only.
    `user` is the account to run as (None: ours; another one needs root). A Child may be started again after it ended.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        env: Mapping[str, str] | None,
        log_path: Path,
        cwd: Path | None = None,
        user: str | int | None = None,
    ) -> None:
        self.name = name
        self.argv = list(argv)
        self.env = None if env is None else dict(env)
        self.log_path = log_path
        self.cwd = cwd
        self.user = user
        self.create_time: float | None = None
        self._popen: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    async def start(self) -> None:
        """Start the process; StackError when it already runs or cannot be executed."""
        if self.alive():
            raise StackError(f"{self.name} is already running (pid {self.pid})")
        self.log_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            self._log_start = log.tell()
            try:
                # A session of its own: a Ctrl-C at the terminal reaches only the parent, which stops parts in order.
                self._popen = subprocess.Popen(
                    self.argv, env=self.env, cwd=self.cwd, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=subprocess.STDOUT, start_new_session=True, umask=UMASK, **as_user(self.user),
                )  # fmt: skip
            except OSError as problem:
                raise StackError(f"{self.name} could not be started: {problem}") from problem
        try:
            self.create_time = psutil.Process(self._popen.pid).create_time()
        except psutil.NoSuchProcess:
            self.create_time = None

    @property
    def pid(self) -> int:
        """The process id of the latest start; StackError before the first."""
        return self._started().pid

    @property
    def returncode(self) -> int | None:
        """The exit status (negative: minus the signal that ended it), or None while it runs or before a start."""
        return None if self._popen is None else self._popen.poll()

    def alive(self) -> bool:
        """Whether the process runs now."""
        return self._popen is not None and self._popen.poll() is None

    async def wait(self) -> int:
        """Wait for the end and return the exit status; StackError when it was never started."""
        popen = self._started()
        # Polled rather than a child watcher: it works on every event loop and steals no SIGCHLD.
        while (status := popen.poll()) is None:
            await asyncio.sleep(_POLL_SECONDS)
        return status

    async def stop(self, signal: int = signals.SIGTERM, grace_seconds: float = 10.0) -> bool:
        """Ask the process to end and kill it when it has not after `grace_seconds`; whether it ended by itself."""
        if self._popen is None or self._popen.poll() is not None:
            return True
        self._popen.send_signal(signal)
        try:
            await asyncio.wait_for(self.wait(), grace_seconds)
        except TimeoutError:
            self.kill()
            await self.wait()
            return False
        return True

    def kill(self) -> None:
        """SIGKILL, at once and without waiting; nothing when it has ended."""
        if self._popen is not None:
            self._popen.kill()

    def last_lines(self, n: int = 15) -> list[str]:
        """The last `n` lines this start (not an earlier one) has written."""
        try:
            with self.log_path.open("rb") as log:
                end = log.seek(0, os.SEEK_END)
                log.seek(max(self._log_start, end - _TAIL_BYTES))
                return log.read().decode("utf-8", "replace").splitlines()[-n:]
        except FileNotFoundError:
            return []

    def _started(self) -> subprocess.Popen[bytes]:
        if self._popen is None:
            raise StackError(f"{self.name} was never started")
        return self._popen


def as_user(user: str | int | None) -> dict[str, Any]:
    """The Popen arguments that run a process as `user`, with that account's group and no other."""
    if user is None:
        return {}
    entry = pwd.getpwnam(user) if isinstance(user, str) else pwd.getpwuid(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
