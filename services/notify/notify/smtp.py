"""The mail relay: kept connections, one a worker, and one mail transaction after another over each.

Sources: RFC 5321, section 4.5.3.2 (time-outs of each phase), RFC 6531 (SMTPUTF8).
"""

import contextlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import aiosmtplib
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from hiring.health import Health
from notify import replies
from notify.core.answer import Answer
from notify.core.letter import Letter, Sender
from notify.dkim_signing import Signer, Unsigned
from notify.pipelining import Turnstile
from notify.settings import NotifySettings

log = logging.getLogger(__name__)

_QUIT_SECONDS = 2.0
_START_INPUT = 354
# The library would take the first address that it finds in such a text.
_SMUGGLES = re.compile(r"[\s<>\x00-\x1f\x7f]")


class RelayAway(Exception):
    """No connection can be made; the message says why, without secrets."""


class Relay:
    """Makes connections as the settings say and knows whether the relay is there; readiness tells as `smtp`.

    `signer` signs each letter. `return_path` is the envelope's sender: bounces go there.
    """

    def __init__(self, settings: NotifySettings, health: Health, signer: Signer | None = None) -> None:
        self._settings = settings
        self._health = health
        self.sender: Sender = settings.sender
        self.return_path = settings.bounce_address or self.sender.mailbox
        self.signer = signer
        self.command_seconds = settings.smtp_command_seconds
        self.answer_seconds = settings.smtp_answer_seconds
        self.there = False
        self._connections: set[Connection] = set()
        health.set("smtp", False, "not connected yet")

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator["Connection"]:
        """A connection, made when first needed; on leaving it says QUIT."""
        connection = Connection(self)
        self._connections.add(connection)
        try:
            yield connection
        finally:
            self._connections.discard(connection)
            await connection.quit()

    async def probe(self) -> bool:
        """Whether a connection can be made now."""
        try:
            async with self.connection() as connection:
                await connection.connect()
        except RelayAway:
            return False
        return True

    def client(self) -> aiosmtplib.SMTP:
        """A client that is not connected yet."""
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            cert_bundle=str(settings.smtp_ca_file) if settings.smtp_ca_file else None,
            # Relays want a full name here; looking up our own may take seconds and often gives none.
            local_hostname=self.sender.domain,
            timeout=settings.smtp_connect_seconds,
        )

    def found(self) -> None:
        """A connection was made."""
        if not self.there:
            log.info("the mail relay is there")
        self.there = True
        self._health.set("smtp", True)

    def lost(self, why: str) -> None:
        """A connection could not be made. The relay is away only if no other connection stands."""
        if not any(connection.stands for connection in self._connections):
            if self.there:
                log.warning("the mail relay is away", extra={"fault": why})
            self.there = False
            self._health.set("smtp", False, why)


class Connection:
    """One worker's connection: made when first needed, kept, and made anew after a fault."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._client = relay.client()
        self._pipeline: Turnstile | None = None

    @property
    def stands(self) -> bool:
        """Whether the relay is still at the other end, as far as is known."""
        return self._client.is_connected

    async def connect(self) -> None:
        """Connect, with TLS and login as the settings say, unless it still stands. Raises RelayAway."""
        if self.stands:
            return
        self._client = self._relay.client()
        try:
            await self._client.connect()
            await self._client.ehlo()
            protocol = self._client.protocol if self._client.supports_extension("pipelining") else None
            self._pipeline = Turnstile(protocol) if protocol is not None else None
        except (SMTPException, OSError) as error:
            self._client.close()
            why = replies.unreachable(error)
            self._relay.lost(why)
            raise RelayAway(why) from None
        except BaseException:
            self._client.close()
            raise
        self._relay.found()

    async def send(self, letter: Letter, may_hand_over: Callable[[], Awaitable[bool]]) -> Answer:
        """Send over the standing connection; never raises for what a relay may do.

        `may_hand_over` is asked once, at the last moment at which the letter can still be let go. Cancelled,
        it closes the connection; whether the letter was taken is then unknown if `may_hand_over` said so.
        """
        try:
            data = letter.data if self._relay.signer is None else await self._relay.signer.sign(letter.data)
            return await self._transaction(letter, data, may_hand_over)
        except Unsigned as error:
            return Answer("refused", f"the letter cannot be signed: {error}")
        except (SMTPException, OSError, ValueError) as error:
            if replies.stands(error):
                await self._reset()
            else:
                self._client.close()
            return replies.judge(error)
        except BaseException:
            # Cancelled between two commands: the relay's state is unknown.
            self._client.close()
            raise

    async def _transaction(self, letter: Letter, data: bytes, may_hand_over: Callable[[], Awaitable[bool]]) -> Answer:
        """MAIL, RCPT, DATA and the letter. Raises what `replies.judge` knows, and only where there is no doubt."""
        client = self._client
        await self._begin(letter, len(data))
        protocol = client.protocol
        if protocol is None:
            raise SMTPServerDisconnected("lost")
        if not await may_hand_over():
            # There is no other way to leave DATA: a relay drops what was not ended.
            client.close()
            return Answer("not tried")
        # Neither awaits: either nothing was written, or the relay may have it all.
        protocol.write(data.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        try:
            end = await protocol.read_response(timeout=self._relay.answer_seconds)
        except (SMTPException, OSError) as error:
            client.close()
            return replies.doubt(error)
        if 400 <= end.code < 600:
            raise SMTPDataError(end.code, end.message)
        if not 200 <= end.code < 300:
            client.close()
            return replies.doubt(SMTPResponseException(end.code, ""))
        return Answer("taken")

    async def _begin(self, letter: Letter, size: int) -> None:
        """MAIL, RCPT and DATA, in one round trip where the relay takes that; raises unless it asks for the letter."""
        client, seconds, recipient = self._client, self._relay.command_seconds, letter.recipient
        if _SMUGGLES.search(recipient):
            raise ValueError
        options, encoding = [], "ascii"
        if letter.utf8:
            if not client.supports_extension("smtputf8"):
                raise SMTPNotSupported("SMTPUTF8")
            options, encoding = ["SMTPUTF8", "BODY=8BITMIME"], "utf-8"
        if client.supports_extension("size"):
            options.append(f"SIZE={size}")
        if self._pipeline is not None:
            await self._begin_at_once(self._pipeline, recipient.encode(encoding), options)
            return
        await client.mail(self._relay.return_path, options=options, encoding=encoding, timeout=seconds)
        await client.rcpt(recipient, encoding=encoding, timeout=seconds)
        start = await client.execute_command(b"DATA", timeout=seconds)
        if start.code != _START_INPUT:
            raise SMTPDataError(start.code, start.message)

    async def _begin_at_once(self, pipeline: Turnstile, recipient: bytes, options: list[str]) -> None:
        sender = self._relay.return_path
        words = " ".join([f"MAIL FROM:<{sender}>", *options])
        commands = [words.encode("ascii"), b"RCPT TO:<" + recipient + b">", b"DATA"]
        mail, rcpt, start = await pipeline.ask(commands, self._relay.command_seconds)
        refused = not (200 <= mail.code < 300 and 200 <= rcpt.code < 300)
        if refused and start.code == _START_INPUT:
            # It waits for a letter to nobody; there is no other way to leave DATA.
            self._client.close()
        if not 200 <= mail.code < 300:
            raise SMTPSenderRefused(mail.code, mail.message, sender)
        if refused:
            raise SMTPRecipientRefused(rcpt.code, rcpt.message, "")
        if start.code != _START_INPUT:
            raise SMTPDataError(start.code, start.message)

    async def _reset(self) -> None:
        """Leave a transaction that was refused, so that the next can begin."""
        try:
            await self._client.rset(timeout=self._relay.command_seconds)
        except (SMTPException, OSError):
            self._client.close()

    async def quit(self) -> None:
        """Say goodbye and close."""
        try:
            if self.stands:
                await self._client.quit(timeout=_QUIT_SECONDS)
        except (SMTPException, OSError):
            pass
        finally:
            self._client.close()
