"""A steady load through all three doors, as HR systems make it: whoever gets no answer sends again."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import aclosing
from itertools import cycle
from typing import Any

import httpx
from aiokafka.errors import KafkaError

from cohort.addresses import Addresses
from cohort.drive.http_doors import NotNow, Told, client, post_many, post_one
from cohort.drive.kafka_door import KafkaDoor
from cohort.drive.naming import content, name
from cohort.drive.send import MIXED
from cohort.drive.sent import Accepted, Answer, Channel, Logged, Place, Rejected, Sent
from hiring.events.reading import Unreadable, parse
from hiring.events.submission import Submission

_TICK = 0.1
_TICKS_AN_UPLOAD = 8
_SINGLES = 12
_UPLOADS = 2
_AGAIN_SECONDS = 0.3

Numbered = tuple[int, bytes]


class Load:
    """Sends lines at a steady rate from `start` on; `finish` waits until each has its answer."""

    def __init__(self, addresses: Addresses, lines: Iterator[bytes], rate: float) -> None:
        self.sent = Sent()
        self.wrong: list[str] = []
        """What a door answered that cannot be right."""
        self.valid_places: set[Place] = set()
        """Where valid lines are on `hiring.submissions`: none may become a dead letter."""
        self.retries = 0
        self._addresses = addresses
        self._lines = lines
        self._rate = rate
        self._valid: list[bool] = []
        self._singles: asyncio.Queue[Numbered | None] = asyncio.Queue()
        self._uploads: asyncio.Queue[list[Numbered] | None] = asyncio.Queue()
        self._logged: asyncio.Queue[list[Numbered] | None] = asyncio.Queue()
        self._stop = asyncio.Event()
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> None:
        parts: list[Coroutine[Any, Any, None]] = [self._feed(), self._send_logged()]
        parts += [self._send_singles() for _ in range(_SINGLES)]
        parts += [self._send_uploads() for _ in range(_UPLOADS)]
        self._running = [asyncio.create_task(part) for part in parts]

    async def finish(self) -> None:
        """Feed no more, and wait until every line has its answer."""
        self._stop.set()
        await asyncio.gather(*self._running)

    def cancel(self) -> None:
        for task in self._running:
            task.cancel()

    def unanswered(self) -> int:
        return sum(line.answer is None for line in self.sent)

    # -- feeding -------------------------------------------------------------------------------------------

    async def _feed(self) -> None:
        upload: list[Numbered] = []
        clock = asyncio.get_running_loop().time
        turns, due = cycle(MIXED), clock()
        owed, ticks = 0.0, 0
        while not self._stop.is_set():
            owed += self._rate * _TICK
            logged: list[Numbered] = []
            for _ in range(int(owed)):
                channel, line = next(turns), next(self._lines)
                numbered = (self.sent.add(channel, content(line)), line)
                self._valid.append(_is_valid(line))
                if channel is Channel.SINGLE:
                    self._singles.put_nowait(numbered)
                else:
                    (upload if channel is Channel.BULK else logged).append(numbered)
            owed -= int(owed)
            self._logged.put_nowait(logged)
            if (ticks := ticks + 1) % _TICKS_AN_UPLOAD == 0:
                self._uploads.put_nowait(upload)
                upload = []
            due += _TICK
            await asyncio.sleep(max(0.0, due - clock()))
        self._uploads.put_nowait(upload)
        self._logged.put_nowait(None)
        for _ in range(_UPLOADS):
            self._uploads.put_nowait(None)
        for _ in range(_SINGLES):
            self._singles.put_nowait(None)

    # -- sending -------------------------------------------------------------------------------------------

    async def _send_singles(self) -> None:
        async with client(self._addresses.intake_url) as http:
            while (numbered := await self._singles.get()) is not None:
                while not await self._post(http, numbered):
                    await self._again()

    async def _post(self, http: httpx.AsyncClient, numbered: Numbered) -> bool:
        try:
            self._note(numbered, await post_one(http, numbered[1]))
        except NotNow:
            return False
        return True

    async def _send_uploads(self) -> None:
        while (lines := await self._uploads.get()) is not None:
            while lines := await self._upload(lines):
                await self._again()

    async def _upload(self, lines: list[Numbered]) -> list[Numbered]:
        """Upload once; the lines that have no answer for good."""
        failed: list[Numbered] = []
        unanswered = iter(lines)
        try:
            async with (
                client(self._addresses.intake_url) as http,
                aclosing(post_many(http, [line for _, line in lines])) as answers,
            ):
                async for answer in answers:
                    numbered = next(unanswered)
                    if isinstance(answer, NotNow):
                        failed.append(numbered)
                    else:
                        self._note(numbered, answer)
        except NotNow:
            pass
        return [*failed, *unanswered]

    async def _send_logged(self) -> None:
        async with KafkaDoor(self._addresses.kafka) as door:
            while (lines := await self._logged.get()) is not None:
                while lines := await self._log(door, lines):
                    await self._again()

    async def _log(self, door: KafkaDoor, lines: list[Numbered]) -> list[Numbered]:
        again: list[Numbered] = []
        for numbered, answer in zip(lines, await door.send([line for _, line in lines]), strict=True):
            if isinstance(answer, KafkaError):
                again.append(numbered)
            else:
                self._note(numbered, answer)
        return again

    async def _again(self) -> None:
        self.retries += 1
        await asyncio.sleep(_AGAIN_SECONDS)

    def _note(self, numbered: Numbered, answer: Told | Answer) -> None:
        index, line = numbered
        valid = self._valid[index]
        match answer:
            case Accepted(application):
                if not valid or application != name(line).application_id:
                    self.wrong.append(f"line {index + 1} was accepted as {application}; valid: {valid}")
            case Rejected(reasons):
                if valid:
                    self.wrong.append(f"line {index + 1} is valid and was rejected: {reasons}")
            case Logged(place, _):
                if valid:
                    self.valid_places.add(place)
        self.sent.answer(index, answer)


def _is_valid(line: bytes) -> bool:
    try:
        parse(line, Submission)
    except Unreadable:
        return False
    return True
