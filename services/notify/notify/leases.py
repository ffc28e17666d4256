"""The letters in this process's hands, and the leases on them: renewed while a worker is busy with them, however slow
the relay is."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from hiring.patience import Patience
from notify.core.person import Rule
from notify.ledger.claiming import Claimed, Claiming, Throttle, unlimited
from notify.ledger.rows import AtRest

_RENEWALS_A_LEASE = 6
# What must be left of a lease to begin with a letter, and to hand it over.
_ENOUGH_TO_BEGIN = 1 / 2
_ENOUGH_TO_HAND_OVER = 1 / 4


@dataclass(slots=True, eq=False)
class Held:
    """A claimed letter; `until` is when its lease ends, by the monotonic clock.

    `busy`: a worker is at it. `handed_over` is set just before the whole letter goes to the relay: from then on it
    cannot be taken back. `given_back`: no worker came in time, and it is out of our hands.
    """

    letter: Claimed
    until: float
    busy: bool = False
    handed_over: bool = False
    given_back: bool = False


class Leases:
    """Who holds what in this process, and for how long yet."""

    def __init__(self, claiming: Claiming, patience: Patience, seconds: float) -> None:
        self._claiming = claiming
        self._patience = patience
        self._seconds = seconds
        self._in_hand: dict[str, Held] = {}

    async def claim(
        self, most: int, rule: Rule, throttle: Throttle = unlimited
    ) -> tuple[list[Held], list[AtRest], int]:
        """Look at about `most` letters that are due: those to send, each for the time of a lease, those that came to
        rest, and how many were looked at. Raises what asyncpg raises.

        A letter that a worker of ours is at already is none of them: its worker goes on under the new claim.
        """
        # Taken before the statement runs, so that our clock never gives a letter longer than the ledger does.
        until = time.monotonic() + self._seconds
        claims = await self._claiming.claim(most, timedelta(seconds=self._seconds), rule, throttle)
        fresh: list[Held] = []
        for letter in claims.letters:
            held = self._in_hand.get(letter.message_id)
            if held is not None and held.busy:
                held.letter, held.until = letter, until
            else:
                fresh.append(Held(letter, until))
                self._in_hand[letter.message_id] = fresh[-1]
        return fresh, claims.at_rest, claims.looked_at

    def in_hand(self) -> list[Claimed]:
        """The letters that this process holds."""
        return [held.letter for held in self._in_hand.values()]

    @contextlib.contextmanager
    def busy(self, held: Held) -> Iterator[None]:
        """Renew its lease inside the block; it is out of our hands after it."""
        held.busy = True
        try:
            yield
        finally:
            if self._in_hand.get(held.letter.message_id) is held:
                del self._in_hand[held.letter.message_id]

    def may_begin(self, held: Held) -> bool:
        """Whether there is time to send it."""
        return held.until - time.monotonic() >= self._seconds * _ENOUGH_TO_BEGIN

    def may_hand_over(self, held: Held) -> bool:
        """Whether it is surely still ours; if so it counts as handed over from now on."""
        held.handed_over = held.until - time.monotonic() >= self._seconds * _ENOUGH_TO_HAND_OVER
        return held.handed_over

    async def keep(self, give_back: Callable[[Claimed], None]) -> None:
        """Renew leases as long as it runs. Letters that wait for a worker are given back in time: others may be free to
        take them, and one whose lease ran out would count as one that may have arrived."""
        pause = self._seconds / _RENEWALS_A_LEASE
        while True:
            await asyncio.sleep(pause)
            for letter in self._waited_too_long():
                give_back(letter)
            await self._patience.until_done("ledger", self._renew)

    def _waited_too_long(self) -> list[Claimed]:
        late = [held for held in self._in_hand.values() if not held.busy and not self.may_begin(held)]
        for held in late:
            held.given_back = True
            del self._in_hand[held.letter.message_id]
        return [held.letter for held in late]

    async def _renew(self) -> None:
        now = time.monotonic()
        fresh = now + self._seconds * (1 - 1 / _RENEWALS_A_LEASE)
        ageing = [held for held in self._in_hand.values() if held.busy and held.until <= fresh]
        if not ageing:
            return
        asked = [held.letter for held in ageing]
        still_ours = await self._claiming.renew(asked, timedelta(seconds=self._seconds))
        for held, letter in zip(ageing, asked, strict=True):
            # Claimed anew meanwhile, this answer is not about it.
            if held.letter is letter:
                held.until = now + self._seconds if letter.message_id in still_ours else now
