"""Bounces: reports of delivery come in through a door of HTTP or a Maildir, and a letter that came back has failed.

POST /v1/bounces ──┐
                   ├──► core.bounce ──► ledger ──► recorder (the news)
Maildir new/ ──────┘
"""

import asyncio
import hmac
import logging
from functools import partial
from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hiring.health import Health
from hiring.patience import Patience
from notify.core.bounce import MOST_BYTES, Bounce, bounce, decision_of
from notify.ledger.results import Results
from notify.metrics import LetterMetrics
from notify.recorder import Recorder

log = logging.getLogger(__name__)

Noted = Literal["failed", "again", "delayed", "delivered", "unknown", "no report", "too early"]
"""What a message came to: a letter that now counts as failed, or did before; a report that changes nothing; one about
no letter of ours; no report; one about a letter that is being sent at this moment, to be given again."""

_SCAN_SECONDS = 5.0
_DOOR_SECONDS = 10.0
_MOST_POSTED = 10 * 1024 * 1024
_LATER = {"Retry-After": "30"}


class Bounces:
    """Notes bounces in the ledger and has the news told."""

    def __init__(self, ledger: Results, recorder: Recorder, patience: Patience, metrics: LetterMetrics) -> None:
        self._ledger = ledger
        self._recorder = recorder
        self._patience = patience
        self._metrics = metrics

    async def note(self, data: bytes) -> Noted:
        """Read a message and note what it reports; waits for the ledger as long as that takes."""
        # What is made to be slow to read must not stop the letters.
        report = await asyncio.to_thread(bounce, data)
        noted = "no report" if report is None else await self._note(report)
        if noted != "too early":
            self._metrics.bounce(noted)
        return noted

    async def _note(self, report: Bounce) -> Noted:
        ours = [(it, name) for name in report.message_ids if (it := decision_of(name)) is not None]
        if ours and report.action != "failed":
            return report.action
        for decision, message_id in ours:
            noted = await self._patience.until_done("ledger", partial(self._failed, decision, message_id, report.cause))
            if noted != "unknown":
                return noted
        return "unknown"

    async def _failed(self, decision: UUID, message_id: str, cause: str) -> Noted:
        if at_rest := await self._ledger.bounced(decision, message_id, cause):
            self._recorder.tell(at_rest)
            told = {"message_id": message_id, "application_id": str(at_rest[0].application_id), "cause": cause}
            log.info("a letter came back", extra=told)
            return "failed"
        state = await self._ledger.state(decision, message_id)
        if state == "sending":
            return "too early"
        return "unknown" if state is None else "again"


class Door:
    """POST /v1/bounces: one message (message/rfc822) as its body, the key as bearer. Without a key it is shut."""

    def __init__(self, key: SecretStr | None) -> None:
        self._key = None if key is None else key.get_secret_value().encode()
        self._bounces: Bounces | None = None

    def open(self, bounces: Bounces) -> None:
        """The ledger is there: from now on reports are noted."""
        self._bounces = bounces

    def route(self) -> Route:
        """Where it stands."""
        return Route("/v1/bounces", self._post, methods=["POST"])

    async def _post(self, request: Request) -> Response:
        if self._key is None:
            return _told(403, "this door is shut: set HIRING_BOUNCE_KEY to open it")
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._key):
            return _told(401, "send the key: Authorization: Bearer KEY", {"WWW-Authenticate": "Bearer"})
        data = await _body(request)
        if data is None:
            return _told(413, f"a report has at most {_MOST_POSTED} bytes")
        if not data:
            return _told(400, "send the message as it is, as the body")
        return await self._noted(data)

    async def _noted(self, data: bytes) -> Response:
        try:
            async with asyncio.timeout(_DOOR_SECONDS):
                noted = "too early" if self._bounces is None else await self._bounces.note(data)
        except TimeoutError:
            return _told(503, "the ledger does not answer: send it again later", _LATER)
        if noted == "too early":
            return _told(503, "this cannot be noted yet: send it again later", _LATER)
        return JSONResponse({"noted": noted})


def _told(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status, headers)


async def _body(request: Request) -> bytes | None:
    """The first bytes of the body, as many as are read of a report; None where it is longer than any report."""
    kept, length = bytearray(), 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > _MOST_POSTED:
            return None
        kept += chunk[: MOST_BYTES - len(kept)]
    return bytes(kept)


class Maildir:
    """Reads what is delivered to a Maildir: each message of `new` is noted, and only then moved to `cur`.

    Without a folder there is nothing to read.
    """

    def __init__(self, folder: Path | None, bounces: Bounces, health: Health) -> None:
        self._folder = folder
        self._bounces = bounces
        self._health = health
        self._unreadable: set[str] = set()

    async def keep(self) -> None:
        """Look every few seconds as long as it runs; readiness tells as `bounces` whether the folder can be read."""
        if self._folder is None:
            await asyncio.Event().wait()
        while True:
            try:
                await self.look()
                self._health.set("bounces", True)
            except OSError as error:
                self._health.set("bounces", False, f"HIRING_BOUNCE_MAILDIR: {error.strerror}")
            await asyncio.sleep(_SCAN_SECONDS)

    async def look(self) -> None:
        """Note what is there now. Raises OSError where the folder cannot be read or written."""
        assert self._folder is not None
        for path in sorted((self._folder / "new").iterdir()):
            if path.name.startswith(".") or (data := self._read(path)) is None:
                continue
            if await self._bounces.note(data) != "too early":
                self._done(path, self._folder / "cur")

    def _read(self, path: Path) -> bytes | None:
        try:
            with path.open("rb") as file:
                return file.read(MOST_BYTES)
        except FileNotFoundError:
            # Another replica noted it.
            return None
        except OSError as error:
            if path.name not in self._unreadable:
                self._unreadable.add(path.name)
                log.warning("a bounce cannot be read", extra={"file": path.name, "fault": error.strerror})
            return None

    def _done(self, path: Path, seen: Path) -> None:
        try:
            path.rename(seen / f"{path.name}:2,S")
        except FileNotFoundError:
            # Another replica noted it, or there is no `cur`, which is told.
            if path.exists():
                raise
