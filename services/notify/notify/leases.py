"""The leases of the letters that workers hold: renewed while a worker is busy with them, however slow the relay is."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from hiring.patience import Patience
from notify.store import Claimed, Ledger

_RENEWALS_A_LEASE = 6
# What must be left of a lease to begin with a letter, and to hand it over.
_ENOUGH_TO_BEGIN = 1 / 2
_ENOUGH_TO_HAND_OVER = 1 / 4


@dataclass(slots=True, eq=False)
class Held:
    """A claimed letter; `until` is when its lease ends, by the monotonic clock.

    `handed_over` is set just before the whole letter goes to the relay: from then on it cannot be taken back.
    """

    letter: Claimed
    until: float
    handed_over: bool = False


class Leases:
    """Who holds what in this process, and for how long yet."""

    def __init__(self, ledger: Ledger, patience: Patience, seconds: float) -> None:
        self._ledger = ledger
        self._patience = patience
        self._seconds = seconds
        self._busy: dict[UUID, Held] = {}

    async def claim(self, most: int, domain: str) -> list[Held]:
        """Up to `most` letters that are due, each for the time of a lease. Raises what asyncpg raises.

        A letter that a worker of ours is at already is none of them: its worker goes on under the new claim.
        """
        # Taken before the statement runs, so that our clock never gives a letter longer than the ledger does.
        until = time.monotonic() + self._seconds
        claimed = await self._ledger.claim(most, timedelta(seconds=self._seconds), domain)
        for letter in claimed:
            if (held := self._busy.get(letter.decision_id)) is not None:
                held.letter, held.until = letter, until
        return [Held(letter, until) for letter in claimed if letter.decision_id not in self._busy]

    @contextlib.contextmanager
    def busy(self, held: Held) -> Iterator[None]:
        """Renew its lease inside the block."""
        self._busy[held.letter.decision_id] = held
        try:
            yield
        finally:
            if self._busy.get(held.letter.decision_id) is held:
                del self._busy[held.letter.decision_id]

    def may_begin(self, held: Held) -> bool:
        """Whether there is time to send it."""
        return held.until - time.monotonic() >= self._seconds * _ENOUGH_TO_BEGIN

    def may_hand_over(self, held: Held) -> bool:
        """Whether it is surely still ours; if so it counts as handed over from now on."""
        held.handed_over = held.until - time.monotonic() >= self._seconds * _ENOUGH_TO_HAND_OVER
        return held.handed_over

    async def keep(self) -> None:
        """Renew leases as long as it runs. Letters that wait for a worker are not: others may be free to take them."""
        pause = self._seconds / _RENEWALS_A_LEASE
        while True:
            await asyncio.sleep(pause)
            await self._patience.until_done("ledger", self._renew)

    async def _renew(self) -> None:
        now = time.monotonic()
        fresh = now + self._seconds * (1 - 1 / _RENEWALS_A_LEASE)
        # In the order of their keys, so that two statements on the same letters cannot deadlock.
        ageing = sorted(
            (it for it in self._busy.values() if it.until <= fresh), key=lambda held: held.letter.decision_id
        )
        if not ageing:
            return
        asked = [held.letter for held in ageing]
        still_ours = await self._ledger.renew(asked, timedelta(seconds=self._seconds))
        for held, letter in zip(ageing, asked, strict=True):
            # Claimed anew meanwhile, this answer is not about it.
            if held.letter is letter:
                held.until = now + self._seconds if letter.decision_id in still_ours else now
