"""What is put right, told again and counted every half minute."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from hiring.patience import Patience
from notify.ledger.tending import Counts, Tending
from notify.metrics import LetterMetrics
from notify.recorder import Recorder

log = logging.getLogger(__name__)

_EVERY_SECONDS = 30.0


class Housekeeping:
    """Tends the ledger as long as it runs. `waiting_alarm_seconds`: so long a decision may wait for its contact."""

    def __init__(
        self,
        tending: Tending,
        recorder: Recorder,
        patience: Patience,
        metrics: LetterMetrics,
        waiting_alarm_seconds: float,
    ) -> None:
        self._tending = tending
        self._recorder = recorder
        self._patience = patience
        self._metrics = metrics
        self._alarm = timedelta(seconds=waiting_alarm_seconds)

    async def keep(self) -> None:
        """Tell what a crash left untold and look anew at what waits for its time; then tend every half minute."""
        await self._recorder.tell_untold(timedelta())
        await self._patience.until_done("ledger", self._tending.look_again)
        while True:
            await self._patience.until_done("ledger", self._tending.join_up)
            self._counted(await self._patience.until_done("ledger", self._tending.count))
            await asyncio.sleep(_EVERY_SECONDS)
            await self._recorder.tell_untold()

    def _counted(self, counts: Counts) -> None:
        now = datetime.now(UTC)
        self._metrics.counted(counts, now)
        if counts.waiting_since is not None and now - counts.waiting_since > self._alarm:
            log.warning(
                "decisions wait for a contact that has not come",
                extra={"letters": counts.waiting, "since": counts.waiting_since.isoformat()},
            )
