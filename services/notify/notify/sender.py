"""The sending workers: claim letters that are due, send each over a kept connection, hand on what became of it.

    ledger ──► claim ──► in hand ──► N workers ──► results ──► recorder
              (lease)              (a connection each)

- While no connection can be made nothing is claimed, so a relay that is away costs no letter an attempt.
- A letter is begun only while half of its lease is left, and given up before the lease ends: no two workers send
  one letter at the same time. A worker that dies leaves its letters to be claimed when the lease ends; they go
  out under the same Message-ID, so a letter that had gone out before can be told as the same one.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from hiring import process
from hiring.events.decision import DecisionMade
from hiring.faults import backoff
from notify.core import retry
from notify.core.letter import Addressee, Letter, LetterWriter, Unaddressable
from notify.metrics import LetterMetrics
from notify.patience import GivenUp, Patience
from notify.recorder import Recorder
from notify.settings import NotifySettings
from notify.smtp import Answer, Connection, Relay, RelayAway
from notify.store import Claimed, Ledger, Result

log = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
_HOUSEKEEPING_SECONDS = 30.0
# A transaction is given up with so much of its lease unspent that the result is written in time.
_SHARE_OF_LEASE = 0.8


@dataclass(frozen=True, slots=True)
class InHand:
    """A claimed letter; `until` is when its lease ends, by the monotonic clock."""

    letter: Claimed
    until: float


class Sender:
    """N workers around one claim loop. `stored` wakes it when there may be new letters."""

    def __init__(
        self,
        settings: NotifySettings,
        ledger: Ledger,
        relay: Relay,
        writer: LetterWriter,
        recorder: Recorder,
        patience: Patience,
        metrics: LetterMetrics,
        stored: asyncio.Event,
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._relay = relay
        self._writer = writer
        self._recorder = recorder
        self._patience = patience
        self._metrics = metrics
        self._wake = stored
        self._in_hand: asyncio.Queue[InHand | None] = asyncio.Queue()
        self._low = asyncio.Event()
        self._stopping = asyncio.Event()

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[asyncio.Task[None]]:
        """Send inside the block; yields what ends when a part fails. On leaving, finish what is under way."""
        claiming = asyncio.create_task(self._claim_loop(), name="claim")
        workers = [asyncio.create_task(self._worker(), name="send") for _ in range(self._settings.smtp_connections)]
        recording = asyncio.create_task(self._recorder.run(), name="record")
        keeping = asyncio.create_task(self._keep_house(), name="housekeeping")
        parts = [claiming, *workers, recording, keeping]
        ended = asyncio.create_task(process.first_to_end(*parts))
        try:
            yield ended
        finally:
            keeping.cancel()
            try:
                async with asyncio.timeout(self._settings.drain_seconds):
                    await self._drain(claiming, workers, recording)
            except TimeoutError:
                log.warning("stopped with letters under way; they fall due again when their lease ends")
            finally:
                for task in (*parts, ended):
                    task.cancel()
                await asyncio.gather(*parts, ended, return_exceptions=True)

    async def _drain(
        self, claiming: asyncio.Task[None], workers: list[asyncio.Task[None]], recording: asyncio.Task[None]
    ) -> None:
        """Claim no more, give back what is not begun, let the workers end, then write and tell everything."""
        self._stopping.set()
        self._wake.set()
        self._low.set()
        await asyncio.wait([claiming])
        for _ in workers:
            self._in_hand.put_nowait(None)
        await asyncio.wait(workers)
        self._recorder.finish()
        await asyncio.wait([recording])

    # -- claiming ------------------------------------------------------------------------------------------

    async def _claim_loop(self) -> None:
        most = self._settings.claim_batch
        while not self._stopping.is_set():
            if not self._relay.there:
                await self._until_relay_is_there()
            elif self._in_hand.qsize() > most // 2:
                self._low.clear()
                await self._low.wait()
            else:
                self._wake.clear()
                if await self._claim(most) < most:
                    # Nothing more is due now: new letters wake this, deferred ones are found by the poll.
                    await _unless(self._wake, _POLL_SECONDS)

    async def _claim(self, most: int) -> int:
        lease = self._settings.lease_seconds
        domain = self._relay.sender.domain
        # Taken before the statement runs, so that our clock never gives a letter longer than the ledger does.
        until = time.monotonic() + lease
        try:
            claimed = await self._patience.until_done(
                "ledger",
                lambda: self._ledger.claim(most, timedelta(seconds=lease), domain),
                unless=self._stopping,
            )
        except GivenUp:
            return 0
        for letter in claimed:
            self._in_hand.put_nowait(InHand(letter, until))
        return len(claimed)

    async def _until_relay_is_there(self) -> None:
        for pause in backoff():
            if self._stopping.is_set() or await self._relay.probe():
                return
            await _unless(self._stopping, pause)

    # -- sending -------------------------------------------------------------------------------------------

    async def _worker(self) -> None:
        pauses = backoff()
        async with self._relay.connection() as connection:
            while (held := await self._in_hand.get()) is not None:
                if self._in_hand.qsize() <= self._settings.claim_batch // 2:
                    self._low.set()
                if self._stopping.is_set() or not self._relay.there:
                    self._give_back(held.letter)
                    continue
                try:
                    await connection.connect()
                except RelayAway:
                    self._give_back(held.letter)
                    # The relay may serve other workers and have no more connections for this one.
                    await _unless(self._stopping, next(pauses))
                else:
                    pauses = backoff()
                    await self._send(connection, held)

    async def _send(self, connection: Connection, held: InHand) -> None:
        begun = time.monotonic()
        left = held.until - begun
        if left < self._settings.lease_seconds / 2:
            self._give_back(held.letter)
            return
        letter = self._compose(held.letter)
        if isinstance(letter, Answer):
            answer = letter
        else:
            answer = await connection.send(letter, left * _SHARE_OF_LEASE)
            self._metrics.transaction(time.monotonic() - begun)
        self._recorder.add(self._result(held.letter, answer))

    def _compose(self, claimed: Claimed) -> Letter | Answer:
        """The letter, or why it will never be one: its neighbours must not wait for it."""
        if claimed.attempts > self._settings.max_attempts:
            return Answer("refused", "no attempt ended: each worker died or was away")
        try:
            decision = DecisionMade.model_validate_json(claimed.decision)
            addressee = Addressee(claimed.name, claimed.email, claimed.locale)
            return self._writer.write(decision, addressee, claimed.message_id)
        except Unaddressable as error:
            return Answer("refused", str(error))
        except Exception as error:
            # Its text may quote the decision or the name; its class may not.
            why = f"the letter cannot be written: {type(error).__name__}"
            log.error(why, extra={"decision_id": str(claimed.decision_id)})
            return Answer("refused", why)

    def _result(self, claimed: Claimed, answer: Answer) -> Result:
        if answer.verdict == "taken":
            return Result(claimed.decision_id, claimed.attempts, "sent")
        if answer.verdict == "refused" or claimed.attempts >= self._settings.max_attempts:
            return Result(claimed.decision_id, claimed.attempts, "failed", answer.cause)
        pause = retry.pause(claimed.attempts, self._settings.retry_seconds, random.random())
        return Result(claimed.decision_id, claimed.attempts, "queued", answer.cause, pause)

    def _give_back(self, claimed: Claimed) -> None:
        self._recorder.add(Result(claimed.decision_id, claimed.attempts, "queued", untried=1))

    # -- housekeeping --------------------------------------------------------------------------------------

    async def _keep_house(self) -> None:
        """Tell what a crash left untold, join what two replicas stored side by side, count the backlog."""
        await self._recorder.tell_untold(timedelta())
        while True:
            await self._patience.until_done("ledger", self._ledger.address_waiting)
            self._metrics.counted(await self._patience.until_done("ledger", self._ledger.count))
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)
            await self._recorder.tell_untold()


async def _unless(event: asyncio.Event, seconds: float) -> None:
    """Wait so long, or less where the event is set."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
