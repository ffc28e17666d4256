"""From results to the ledger, and from the ledger to `hiring.notifications`.

A result is written first and told afterwards, from what the ledger then holds; the ledger notes last that it was
told. A crash in between leaves news that is not marked: it is told again, under the same id.

Writing never waits for telling: while the broker is away, a result that is not in the ledger would be a letter whose
lease runs out, and which is sent again.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

import orjson

from hiring.events import NOTIFICATION_RECORDED
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.identity import notification_id
from hiring.patience import Patience
from hiring.publishing import Publisher
from hiring.topics import NOTIFICATIONS
from notify.ledger.results import Result, Results
from notify.ledger.rows import AtRest
from notify.metrics import LetterMetrics

log = logging.getLogger(__name__)

SOURCE = "/cohort/notify"
# A result waits this long for company: one statement for many is what keeps the database quick.
_LINGER_SECONDS = 0.02
_MOST = 1000
# So much news waits in memory for the broker; what is beyond is found in the ledger later.
_MOST_UNTOLD = 20_000
# Results that are not in the ledger after so long stop the sending: each is a letter that might be sent again.
_LATE_SECONDS = 0.5
# News younger than this is most likely on its way at this moment, here or in another replica.
_OVERDUE = timedelta(seconds=30)


class Recorder:
    """Takes results from the workers and sees each through to the ledger and the log.

    `in_time` is set while results reach the ledger without delay.
    """

    def __init__(self, ledger: Results, publisher: Publisher, patience: Patience, metrics: LetterMetrics) -> None:
        self._ledger = ledger
        self._publisher = publisher
        self._patience = patience
        self._metrics = metrics
        self.in_time = asyncio.Event()
        self.in_time.set()
        self._results: list[Result] = []
        self._some = asyncio.Event()
        self._last = False
        self._untold: list[AtRest] = []
        self._news = asyncio.Event()
        self._all_written = False

    def add(self, results: Sequence[Result]) -> None:
        """Hand over what became of a letter: a result for each decision that it tells."""
        self._metrics.letter(results[0].fate)
        self._results += results
        self._some.set()

    def tell(self, at_rest: Sequence[AtRest]) -> None:
        """Hand over letters that came to rest without being sent."""
        for letter in at_rest:
            self._metrics.at_rest(letter.state)
        self._take(at_rest)

    def finish(self) -> None:
        """Nothing more will be added: `run` ends when everything is written and told."""
        self._last = True
        self._some.set()

    async def run(self) -> None:
        """Write and tell results until told to finish. Raises what is not transient, in an ExceptionGroup."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._keep_writing(), name="write")
            both.create_task(self._keep_telling(), name="tell")

    async def _keep_writing(self) -> None:
        while not self._all_written:
            await self._some.wait()
            if not self._last and len(self._results) < _MOST:
                await asyncio.sleep(_LINGER_SECONDS)
            self._some.clear()
            while self._results:
                batch, self._results = self._results[:_MOST], self._results[_MOST:]
                await self._write(batch)
            self.in_time.set()
            self._all_written = self._last
            self._news.set()

    async def _write(self, results: Sequence[Result]) -> None:
        late = asyncio.get_running_loop().call_later(_LATE_SECONDS, self.in_time.clear)
        try:
            at_rest = await self._patience.until_done("ledger", lambda: self._ledger.record(results))
        finally:
            late.cancel()
        self._take(at_rest)

    def _take(self, at_rest: Sequence[AtRest]) -> None:
        if at_rest and len(self._untold) < _MOST_UNTOLD:
            self._untold += at_rest
            self._news.set()

    async def _keep_telling(self) -> None:
        while not (self._all_written and not self._untold):
            await self._news.wait()
            self._news.clear()
            while self._untold:
                batch, self._untold = self._untold[:_MOST], self._untold[_MOST:]
                await self._tell(batch)

    async def tell_untold(self, older: timedelta = _OVERDUE) -> None:
        """Publish the news that a crash left untold."""
        while untold := await self._patience.until_done("ledger", lambda: self._ledger.unpublished(older, _MOST)):
            log.info("telling news again", extra={"letters": len(untold)})
            await self._tell(untold)

    async def _tell(self, letters: Sequence[AtRest]) -> None:
        if not letters:
            return
        records = [notification(letter) for letter in letters]
        await self._patience.until_done("broker", lambda: self._publisher.publish(records))
        await self._patience.until_done("ledger", lambda: self._ledger.mark_published(letters))


def notification(letter: AtRest) -> Outgoing:
    """The event that tells what became of a letter. The same letter at rest gives the same event."""
    id_ = notification_id(letter.decision_id, letter.state, letter.changed_at)
    application = str(letter.application_id)
    value = orjson.dumps(
        {
            "notification_id": id_,
            # asyncpg's UUID is a class of its own, which orjson does not know.
            "decision_id": str(letter.decision_id),
            "application_id": application,
            "candidate_id": letter.candidate_id,
            "state": letter.state,
            "message_id": letter.message_id,
            "attempts": letter.attempts,
            "cause": letter.cause,
            "recorded_at": letter.changed_at,
        }
    )
    headers = cloudevent_headers(NOTIFICATION_RECORDED, id_, SOURCE, letter.changed_at, application)
    return Outgoing(NOTIFICATIONS, application.encode(), value, headers)
