"""The mail relay: kept connections, one a worker, and what the relay's answers mean.

Sources: RFC 5321, section 4.2 (replies), RFC 3463 (enhanced status codes), RFC 6531 (SMTPUTF8).
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

import aiosmtplib
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from hiring.health import Health
from notify.core.letter import Letter, Sender
from notify.settings import NotifySettings

log = logging.getLogger(__name__)

_CONNECT_SECONDS = 10.0
_QUIT_SECONDS = 2.0
_SERVICE_CLOSES = 421
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


class RelayAway(Exception):
    """No connection can be made; the message says why, without secrets."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the relay made of a letter: took it, refuses it for good, or not now. `cause` names no address."""

    verdict: Literal["taken", "refused", "deferred"]
    cause: str | None = None


class Relay:
    """Makes connections as the settings say and knows whether the relay is there; readiness tells as `smtp`."""

    def __init__(self, settings: NotifySettings, health: Health) -> None:
        self._settings = settings
        self._health = health
        self.sender: Sender = settings.sender
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
            timeout=_CONNECT_SECONDS,
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
        except (SMTPException, OSError) as error:
            self._client.close()
            if isinstance(error, SMTPResponseException):
                why = _reply("connect", error.code, error.message)
            else:
                why = type(error).__name__
            self._relay.lost(why)
            raise RelayAway(why) from None
        except BaseException:
            self._client.close()
            raise
        self._relay.found()

    async def send(self, letter: Letter, seconds: float) -> Answer:
        """Send over the standing connection; never raises for what a relay may do. After a fault it is closed."""
        try:
            async with asyncio.timeout(seconds):
                await self._client.sendmail(
                    self._relay.sender.mailbox,
                    [letter.recipient],
                    letter.data,
                    mail_options=["SMTPUTF8", "BODY=8BITMIME"] if letter.utf8 else None,
                    timeout=seconds,
                )
        except SMTPNotSupported:
            return Answer("refused", "the relay takes no international addresses (SMTPUTF8)")
        except (SMTPException, OSError) as error:
            answer = judge(error)
            if not isinstance(error, SMTPRecipientsRefused | SMTPResponseException) or _closes(error):
                self._client.close()
            return answer
        except ValueError:
            # aiosmtplib refuses an address that could smuggle a command.
            return Answer("refused", "the address cannot be sent to")
        except BaseException:
            # Cancelled between two commands: the relay's state is unknown.
            self._client.close()
            raise
        return Answer("taken")

    async def quit(self) -> None:
        """Say goodbye and close."""
        try:
            if self.stands:
                await self._client.quit(timeout=_QUIT_SECONDS)
        except (SMTPException, OSError):
            pass
        finally:
            self._client.close()


def judge(error: SMTPException | OSError) -> Answer:
    """What a fault in a mail transaction means for its letter.

    5xx to RCPT or to DATA is about this letter and final. 5xx to MAIL is about us, and somebody can mend it:
    the letter waits, as for 4xx and a lost connection.
    """
    if isinstance(error, SMTPRecipientsRefused):
        first = error.recipients[0]
        return Answer("refused" if first.code >= 500 else "deferred", _reply("RCPT", first.code, first.message))
    if isinstance(error, SMTPDataError):
        return Answer("refused" if error.code >= 500 else "deferred", _reply("DATA", error.code, error.message))
    if isinstance(error, SMTPSenderRefused):
        return Answer("deferred", _reply("MAIL", error.code, error.message))
    if isinstance(error, SMTPResponseException):
        return Answer("deferred", _reply("SMTP", error.code, error.message))
    if isinstance(error, TimeoutError):
        return Answer("deferred", "the relay did not answer in time")
    return Answer("deferred", "the connection was lost")


def _closes(error: SMTPException | OSError) -> bool:
    """Whether the relay said that it closes the connection, or said something that is no SMTP."""
    codes = [error.code] if isinstance(error, SMTPResponseException) else []
    if isinstance(error, SMTPRecipientsRefused):
        codes = [refused.code for refused in error.recipients]
    return any(code == _SERVICE_CLOSES or not 200 <= code < 600 for code in codes)


def _reply(command: str, code: int, text: str) -> str:
    """A reply as a cause: command, code and enhanced code. Its text may quote the address and is left out."""
    enhanced = _ENHANCED.match(text)
    return f"{command} {code} {enhanced.group()}" if enhanced else f"{command} {code}"
