"""One more look before a letter goes: does everything it tells still stand, and is nothing paused?

A statement a letter would be most of what sending costs. So one asks about every letter in hand, and its answer holds
for a tenth of a second: less than a wish takes to get here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from notify.ledger.claiming import Claimed

_GOOD_FOR_SECONDS = 0.1

Ask = Callable[[Sequence[Claimed]], Awaitable[set[str]]]
"""Which of some letters may go, by their Message-IDs. May raise."""


class Standing:
    """Answers for single letters; `ask` answers for many, `in_hand` are those that will be asked about soon."""

    def __init__(self, ask: Ask, in_hand: Callable[[], list[Claimed]]) -> None:
        self._ask = ask
        self._in_hand = in_hand
        self._asked: dict[str, int] = {}
        self._standing: set[str] = set()
        self._at = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def stands(self, letter: Claimed) -> bool:
        """Whether the letter may go. Raises what `ask` raises."""
        async with self._one_at_a_time:
            if not self._fresh(letter):
                await self._look(letter)
        return letter.message_id in self._standing

    def _fresh(self, letter: Claimed) -> bool:
        # A letter that was claimed anew is another one than was asked about.
        same = self._asked.get(letter.message_id) == letter.parts[0].claim
        return same and time.monotonic() - self._at < _GOOD_FOR_SECONDS

    async def _look(self, letter: Claimed) -> None:
        letters = {it.message_id: it for it in [*self._in_hand(), letter]}
        at = time.monotonic()
        self._standing = await self._ask(list(letters.values()))
        self._asked = {name: it.parts[0].claim for name, it in letters.items()}
        self._at = at
