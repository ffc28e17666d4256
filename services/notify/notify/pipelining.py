"""Several commands in one round trip (RFC 2920), on aiosmtplib's own protocol.

That protocol has one reply to wait for at a time and drops what comes beside it. So replies pass a turnstile, which
lets one through whenever one is waited for.
"""

import asyncio
import re
from collections.abc import Sequence

from aiosmtplib import SMTPServerDisconnected
from aiosmtplib.protocol import SMTPProtocol
from aiosmtplib.response import SMTPResponse

# Lines that go on have a hyphen after the code (RFC 5321, section 4.2.1). What is no SMTP passes line by line.
_REPLY = re.compile(rb"(?:[0-9]{3}-[^\n]*\n)*(?![0-9]{3}-)[^\n]*\n")
# More than a reply can be: the protocol says so.
_TOO_LONG = 64 * 1024
_UNSAFE = re.compile(rb"[\x00-\x1f\x7f]")


class Turnstile(asyncio.Protocol):
    """Stands between a transport and an SMTP protocol that is connected and has nothing to wait for.

    Raises SMTPServerDisconnected where it is not.
    """

    def __init__(self, protocol: SMTPProtocol) -> None:
        self._protocol = protocol
        self._held = bytearray()
        self._waited_for = False
        self._open = True
        transport = protocol.transport
        if transport is None:
            raise SMTPServerDisconnected("lost")
        transport.set_protocol(self)

    async def ask(self, commands: Sequence[bytes], seconds: float) -> list[SMTPResponse]:
        """Send commands together; a reply to each, within `seconds` each.

        Raises what `SMTPProtocol.read_response` does; then the replies that are still to come are nobody's, and the
        connection is of no more use.
        """
        if any(_UNSAFE.search(command) for command in commands):
            raise ValueError("a command holds a control character")
        self._open = False
        self._held.clear()
        self._protocol.write(b"".join(command + b"\r\n" for command in commands))
        replies = [await self._reply(seconds) for _ in commands]
        self._open = True
        return replies

    async def _reply(self, seconds: float) -> SMTPResponse:
        self._waited_for = True
        # What is here already goes through as soon as the protocol waits, and not before.
        asyncio.get_running_loop().call_soon(self._let_through)
        return await self._protocol.read_response(seconds)

    def _let_through(self) -> None:
        if not self._waited_for:
            return
        reply = _REPLY.match(self._held)
        if reply is None and len(self._held) <= _TOO_LONG:
            return
        data = bytes(reply[0] if reply else self._held)
        del self._held[: len(data)]
        self._waited_for = False
        self._protocol.data_received(data)

    def data_received(self, data: bytes) -> None:
        if self._open:
            self._protocol.data_received(data)
        else:
            self._held += data
            self._let_through()

    def eof_received(self) -> bool:
        return self._protocol.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()
