"""An SMTP server that can be made to fail, and that knows of every letter whether its answer got out."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from cohort.accounting.gather import bare
from cohort.stack.letters import header_block, wanted_headers
from cohort.stack.mailbox import Mailbox

from .schedule import Mode

_DEFERRED = {"MAIL": "451 4.3.0 try later", "RCPT": "450 4.2.1 try later", "DATA": "451 4.3.0 try later"}
_REJECTED = {"RCPT": "550 5.1.1 no such mailbox", "DATA": "554 5.6.0 not wanted"}
REJECTED_AT_A_TIME = 4


@dataclass(slots=True)
class Delivery:
    """A message that was kept at `at` (monotonic); `cut` says why its sender may not have heard of it."""

    at: float
    cut: str = ""


@dataclass(slots=True)
class Trouble:
    """What the server does now, at which command, and to which share of the transactions."""

    mode: Mode
    stage: str
    share: float
    left: int = REJECTED_AT_A_TIME
    over: asyncio.Event = field(default_factory=asyncio.Event)


class MailServer:
    """Keeps every message as an .eml in `folder` before it answers 250, unless it is in trouble."""

    def __init__(self, port: int, seed: int) -> None:
        self.port = port
        self.deliveries: dict[str, list[Delivery]] = defaultdict(list)
        """By Message-ID, of all times."""
        self.rejected: dict[str, str] = {}
        """Recipients that are answered 5xx for good, and at which command."""
        self.sessions: set[SMTP] = set()
        self._delivered_to: set[str] = set()
        self._chance = Random(seed)
        self._trouble: Trouble | None = None
        self._mailbox: Mailbox | None = None
        self._server: asyncio.Server | None = None

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self, loop), "127.0.0.1", self.port, backlog=512)

    def stop(self) -> None:
        """Listen no more, and cut every connection."""
        if self._server is not None:
            self._server.close()
        for session in list(self.sessions):
            cut(session)

    def keep_in(self, folder: Path) -> None:
        """Keep what comes from now on in this folder."""
        self._mailbox = Mailbox(folder)

    async def begin(self, mode: Mode, stage: str, share: float) -> None:
        self._trouble = Trouble(mode, stage, share)
        if mode is Mode.REFUSE:
            self.stop()

    async def end(self) -> None:
        """Be well again; what hangs goes on."""
        trouble, self._trouble = self._trouble, None
        if trouble is not None:
            trouble.over.set()
            if trouble.mode is Mode.REFUSE:
                await self.listen()

    # -- what a connection asks ----------------------------------------------------------------------------

    async def hang(self, stage: str) -> bool:
        """Wait where the server hangs at this stage; whether it did."""
        trouble = self._trouble
        if trouble is None or (trouble.mode, trouble.stage) != (Mode.HANG, stage):
            return False
        await trouble.over.wait()
        return True

    def now(self, mode: Mode) -> bool:
        """Whether this transaction is struck by such a trouble."""
        trouble = self._trouble
        return trouble is not None and trouble.mode is mode and self._chance.random() < trouble.share

    def answer(self, stage: str, recipients: list[str]) -> str | None:
        """The answer to a command that is not 250, where there is one."""
        trouble = self._trouble
        if trouble is not None and trouble.mode is Mode.REJECT and trouble.stage == stage:
            for recipient in recipients:
                # Only who never got a letter: its e-mail would otherwise count against the answer.
                if trouble.left and recipient not in self._delivered_to and recipient not in self.rejected:
                    trouble.left -= 1
                    self.rejected[recipient] = stage
        if any(self.rejected.get(recipient) == stage for recipient in recipients):
            return _REJECTED[stage]
        if trouble is not None and trouble.mode is Mode.DEFER and trouble.stage == stage:
            return _DEFERRED[stage]
        if trouble is not None and trouble.mode is Mode.DISK_FULL and stage == "DATA":
            return "452 4.3.1 Insufficient system storage"
        return None

    def keep(self, envelope: Envelope) -> Delivery:
        assert self._mailbox is not None
        content = envelope.original_content or b""
        self._mailbox.keep(content)
        self._delivered_to.update(envelope.rcpt_tos)
        delivery = Delivery(monotonic())
        self.deliveries[bare(wanted_headers(header_block(content)).get("message-id", ""))].append(delivery)
        return delivery


class _Handler:
    """What aiosmtpd calls at each command."""

    def __init__(self, mail: MailServer) -> None:
        self._mail = mail

    async def handle_MAIL(self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        await self._mail.hang("MAIL")
        if answer := self._mail.answer("MAIL", []):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802
        if answer := self._mail.answer("RCPT", [address]):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        await self._mail.hang("DATA")
        if answer := self._mail.answer("DATA", envelope.rcpt_tos):
            return answer
        delivery = self._mail.keep(envelope)
        if self._mail.now(Mode.DROP_AFTER_DATA):
            delivery.cut = "the server dropped the connection before its answer"
            cut(server)
            return "250 OK"
        delivery.cut = "the sender left before the answer"
        if await self._mail.hang("the answer to DATA"):
            delivery.cut = "the answer came late"
        else:
            delivery.cut = ""
        return "250 OK"


class _Connection(SMTP):
    def __init__(self, mail: MailServer, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(_Handler(mail), enable_SMTPUTF8=True, hostname="faults", loop=loop)
        self._mail = mail

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._mail.sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._mail.sessions.discard(self)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        await self._mail.hang("connect")
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if not self._mail.now(Mode.DROP_IN_DATA):
            await super().smtp_DATA(arg)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        await self._reader.readuntil(b"\r\n")
        cut(self)


def cut(session: SMTP) -> None:
    """Break its connection off, unsent answers and all."""
    if session.transport is not None:
        cast(asyncio.WriteTransport, session.transport).abort()
