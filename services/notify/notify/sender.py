"""The sending workers: claim letters that are due, send each over a kept connection, hand on what became of it.

    ledger ──► claim ──► in hand ──► N workers ──► results ──► recorder
              (lease)              (a connection each)

- While no connection can be made nothing is claimed, so a relay that is away costs no letter an attempt.
- While results do not reach the ledger nothing is claimed or sent: what went out and is not written goes out again.
- What becomes of a letter that is due is ruled when it is claimed, in sight of all of its person's letters; and when
  it is begun, and again just before it is handed over, the ledger is asked whether everything it tells still stands.
- A letter is begun, and handed over, only while enough of its lease is left, and the lease is renewed meanwhile: no
  two workers send one letter at the same time. A worker that dies leaves its letters to be claimed when the lease
  ends; they go out under the same Message-ID, so a letter that had gone out before can be told as the same one.
- Told to stop, a worker that waits for the answer to a letter waits no longer than the drain allows; what becomes
  of that letter is decided as for a relay that never answered.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator

from hiring import process
from hiring.faults import backoff
from hiring.patience import GivenUp, Patience
from hiring.tracing import Traces
from notify.composing import Compose
from notify.core.answer import Answer
from notify.core.fate import fate
from notify.core.limits import domain_of
from notify.core.person import Rule
from notify.leases import Held, Leases
from notify.ledger.claiming import RATE_LIMIT, Claimed, Claiming
from notify.ledger.results import Result
from notify.metrics import LetterMetrics
from notify.rates import MailRates
from notify.recorder import Recorder
from notify.settings import NotifySettings
from notify.smtp import Connection, Relay, RelayAway
from notify.standing import Standing
from notify.tracing import sending

log = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
# Of the time to drain, for the relay's answers; the rest is for writing and telling what became of the letters.
_SHARE_FOR_ANSWERS = 0.7
_NOT_TRIED = Answer("not tried")
_STOPPED = Answer("in doubt", "handed over, and notify stopped before the relay answered: it may have arrived")


class Sender:
    """N workers around one claim loop. `stored` wakes it when there may be new letters."""

    def __init__(
        self,
        settings: NotifySettings,
        claiming: Claiming,
        rule: Rule,
        relay: Relay,
        compose: Compose,
        rates: MailRates,
        recorder: Recorder,
        patience: Patience,
        metrics: LetterMetrics,
        stored: asyncio.Event,
        traces: Traces | None = None,
    ) -> None:
        self._traces = traces
        self._settings = settings
        self._rule = rule
        self._relay = relay
        self._compose = compose
        self._rates = rates
        self._recorder = recorder
        self._patience = patience
        self._metrics = metrics
        self._wake = stored
        self._leases = Leases(claiming, patience, settings.lease_seconds)
        self._standing = Standing(claiming.standing, self._leases.in_hand)
        self._in_hand: asyncio.Queue[Held | None] = asyncio.Queue()
        self._low = asyncio.Event()
        self._stopping = asyncio.Event()

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[asyncio.Task[None]]:
        """Send inside the block; yields what ends when a part fails. On leaving, finish what is under way."""
        claiming = asyncio.create_task(self._claim_loop(), name="claim")
        workers = [asyncio.create_task(self._worker(), name="send") for _ in range(self._settings.smtp_connections)]
        recording = asyncio.create_task(self._recorder.run(), name="record")
        renewing = asyncio.create_task(self._leases.keep(self._give_back), name="renew")
        parts = [claiming, *workers, recording, renewing]
        ended = asyncio.create_task(process.first_to_end(*parts))
        try:
            yield ended
        finally:
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
        """Claim no more, give back what is not begun, let the workers end in time, then write and tell everything."""
        self._stopping.set()
        self._wake.set()
        self._low.set()
        await asyncio.wait([claiming])
        for _ in workers:
            self._in_hand.put_nowait(None)
        _, late = await asyncio.wait(workers, timeout=self._settings.drain_seconds * _SHARE_FOR_ANSWERS)
        for worker in late:
            worker.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self._recorder.finish()
        await asyncio.wait([recording])

    # -- claiming ------------------------------------------------------------------------------------------

    async def _claim_loop(self) -> None:
        most = self._settings.claim_batch
        if self._rates.per_second is not None:
            # A second's worth at a time: what is claimed and has to wait would lose its lease.
            most = max(1, min(most, int(self._rates.per_second)))
        while not self._stopping.is_set():
            if not self._relay.there:
                await self._until_relay_is_there()
            elif not self._recorder.in_time.is_set():
                await self._until_in_time()
            elif self._in_hand.qsize() > most // 2:
                self._low.clear()
                await self._low.wait()
            else:
                self._wake.clear()
                if await self._claim(most) < most:
                    # Nothing more is due now: new letters wake this, deferred ones are found by the poll.
                    await _unless(self._wake, _POLL_SECONDS)

    async def _claim(self, most: int) -> int:
        try:
            letters, at_rest, looked_at = await self._patience.until_done(
                "ledger", lambda: self._leases.claim(most, self._rule, self._rates.pause), wanted=self._may_claim
            )
        except GivenUp:
            return 0
        self._recorder.tell(at_rest)
        for held in letters:
            self._in_hand.put_nowait(held)
        if pause := self._rates.owe(len(letters)):
            await _unless(self._stopping, pause)
        return looked_at

    async def _until_relay_is_there(self) -> None:
        for pause in backoff():
            if self._stopping.is_set() or await self._relay.probe():
                return
            await _unless(self._stopping, pause)

    def _may_claim(self) -> bool:
        # When the ledger is back, what was sent must be written before what looks unsent is claimed.
        return self._recorder.in_time.is_set() and not self._stopping.is_set()

    async def _until_in_time(self) -> None:
        """Wait until results reach the ledger again, or until stopping."""
        while not (self._recorder.in_time.is_set() or self._stopping.is_set()):
            await _unless(self._recorder.in_time, _POLL_SECONDS)

    # -- sending -------------------------------------------------------------------------------------------

    async def _worker(self) -> None:
        pauses = backoff()
        async with self._relay.connection() as connection:
            while (held := await self._in_hand.get()) is not None:
                if self._in_hand.qsize() <= self._settings.claim_batch // 2:
                    self._low.set()
                if held.given_back:
                    continue
                with self._leases.busy(held):
                    answer = await self._send_if_possible(connection, held)
                if answer is None:
                    # The relay may serve other workers and have no more connections for this one.
                    await _unless(self._stopping, next(pauses))
                else:
                    pauses = backoff()

    async def _send_if_possible(self, connection: Connection, held: Held) -> Answer | None:
        """What became of the letter; None where no connection could be made. The recorder has it in any case."""
        answer = _NOT_TRIED
        try:
            await self._until_in_time()
            if not self._stopping.is_set() and self._relay.there:
                await connection.connect()
                with sending(self._traces, held.letter) as spans:
                    answer = await self._send(connection, held)
                    spans.answered(answer)
        except RelayAway:
            return None
        except BaseException:
            answer = _STOPPED if held.handed_over else _NOT_TRIED
            raise
        finally:
            self._record(held.letter, answer)
        return answer

    def _record(self, letter: Claimed, answer: Answer) -> None:
        outcome = fate(answer, letter.attempts, letter.doubts, self._settings.rules, random.random())
        self._rates.heard(domain_of(letter.email), answer)
        self._recorder.add([Result(part.decision_id, part.claim, outcome) for part in letter.parts])

    def _give_back(self, letter: Claimed) -> None:
        self._record(letter, _NOT_TRIED)

    async def _send(self, connection: Connection, held: Held) -> Answer:
        if not self._leases.may_begin(held) or not await self._stands(held.letter):
            return _NOT_TRIED
        if pause := self._rates.backing_off(domain_of(held.letter.email)):
            return Answer("not tried", RATE_LIMIT, pause)
        letter = self._compose(held.letter)
        if isinstance(letter, Answer):
            return letter
        begun = time.monotonic()
        try:
            return await connection.send(letter, lambda: self._may_hand_over(held))
        finally:
            self._metrics.transaction(time.monotonic() - begun)

    async def _may_hand_over(self, held: Held) -> bool:
        # The relay may have taken its time until here.
        return await self._stands(held.letter) and self._leases.may_hand_over(held)

    async def _stands(self, letter: Claimed) -> bool:
        try:
            return await self._patience.until_done(
                "ledger", lambda: self._standing.stands(letter), wanted=lambda: not self._stopping.is_set()
            )
        except GivenUp:
            return False


async def _unless(event: asyncio.Event, seconds: float) -> None:
    """Wait so long, or less where the event is set."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
