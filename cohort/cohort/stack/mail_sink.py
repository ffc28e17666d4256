"""The mail sink as a child process."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from cohort.stack.child import Child
from cohort.stack.errors import StackError
from cohort.stack.mailbox import mailbox_argv
from cohort.stack.readiness import listens, wait_until_ready


class MailSink:
    """One SMTP server on 127.0.0.1 that keeps every message in `directory`."""

    def __init__(self, directory: Path, port: int, log_path: Path) -> None:
        self.directory = directory.resolve()
        self.port = port
        self.log_path = log_path.resolve()
        self.child: Child | None = None

    async def start(self) -> Child:
        """Start the sink; StackError when it cannot be executed. It is not ready yet: see `wait_ready`."""
        argv = mailbox_argv(self.port, self.directory)
        self.child = Child("mailbox", argv, None, self.log_path)
        await self.child.start()
        return self.child

    async def wait_ready(self, timeout_seconds: float = 20.0) -> None:
        """Return when the sink greets; StackError when it does not in time or has ended."""
        if self.child is None:
            raise StackError("mailbox was not started")
        await wait_until_ready(self.child, self._greets, timeout_seconds)

    async def stop(self, grace_seconds: float = 10.0) -> bool:
        """Stop the sink; every message it answered 250 for is on disk."""
        return self.child is None or await self.child.stop(signal.SIGTERM, grace_seconds)

    async def _greets(self) -> bool:
        if self.child is None or not listens(self.child, self.port):
            return False
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            return (await reader.readline()).startswith(b"220 ")
        except OSError:
            return False
        finally:
            writer.close()
