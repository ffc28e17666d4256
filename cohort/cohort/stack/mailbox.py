"""The mail sink: an SMTP server that keeps every message as one file before it says 250.

python -m cohort.stack.mailbox --host 127.0.0.1 --port 2525 --directory ./mail
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from cohort.stack.letters import Letter, header_block, read_mailbox, wanted_headers

__all__ = ["Letter", "Mailbox", "mailbox_argv", "main", "read_mailbox", "serve"]

_BACKLOG = 512
_LARGEST_MESSAGE = 32 * 1024 * 1024


class Mailbox:
    """A directory of messages in the order they arrived: `<sequence>-<16 hex, SHA-256 of the Message-ID>.eml`."""

    def __init__(self, directory: Path) -> None:
        """Opens (or makes) the directory; the sequence goes on after the highest number in it."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = str(directory)
        self._sequence = 0
        for path in directory.iterdir():
            name = path.name
            if name.startswith(".new-"):
                path.unlink()  # an earlier sink ended while writing it: its sender got no 250
            elif name.endswith(".eml") and name.partition("-")[0].isdigit():
                self._sequence = max(self._sequence, int(name.partition("-")[0]))

    def keep(self, content: bytes) -> str:
        """Write one message, byte for byte, its owner's only; returns its file name. OSError when the disk refuses."""
        message_id = wanted_headers(header_block(content)).get("message-id")
        digest = hashlib.sha256(content if not message_id else message_id.encode()).hexdigest()[:16]
        self._sequence += 1
        name = f"{self._sequence:010d}-{digest}.eml"
        new = f"{self._directory}/.new-{name}"
        fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(fd, view) :]
        finally:
            os.close(fd)
        Path(new).rename(f"{self._directory}/{name}")
        return name


class _Keeper:
    """What aiosmtpd calls when a message is complete."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content
        try:
            name = self._mailbox.keep(content or b"")
        except OSError as problem:
            print(f"not kept: {problem}", flush=True)  # noqa: T201 (its log is its output)
            return "452 4.3.1 Insufficient system storage"
        return f"250 2.0.0 kept as {name}"


def mailbox_argv(port: int, directory: Path, host: str = "127.0.0.1") -> list[str]:
    """The command that runs the sink in this Python."""
    return [
        sys.executable, "-m", "cohort.stack.mailbox",
        "--host", host, "--port", str(port), "--directory", str(directory),
    ]  # fmt: skip


async def serve(host: str, port: int, directory: Path) -> None:
    """Run the sink until SIGTERM or SIGINT; OSError when the port is taken."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    keeper = _Keeper(Mailbox(directory))

    def session() -> SMTP:
        return SMTP(
            keeper,
            data_size_limit=_LARGEST_MESSAGE,
            enable_SMTPUTF8=True,
            hostname="cohort-mailbox",
            loop=loop,
        )

    server = await loop.create_server(session, host, port, backlog=_BACKLOG)
    print(f"listening on {host}:{port}, keeping mail in {directory}", flush=True)  # noqa: T201
    await ended.wait()
    server.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 after an orderly end, 1 when the port or the directory cannot be had."""
    parser = argparse.ArgumentParser(prog="cohort.stack.mailbox", description="Keeps every message it is sent.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    given = parser.parse_args(arguments)
    # aiosmtpd tells every step of every session at INFO.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(serve(given.host, given.port, given.directory))
    except OSError as problem:
        print(f"the mail sink could not start: {problem}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    make: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return make


if __name__ == "__main__":
    sys.exit(main())
