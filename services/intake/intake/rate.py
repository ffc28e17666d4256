"""How many submissions a source may send a second: a token bucket for each, in this process."""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_SOURCES = 10_000
"""So many buckets are kept. With open doors anybody may make up sources: the one that was quiet longest goes."""


class Rates:
    """A bucket a source: `per_second` flow in, and what one second brings (at least one) is the most it holds.

    `now` tells monotonic seconds.
    """

    def __init__(self, per_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self.per_second = per_second
        self._most = max(1.0, per_second)
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, source: str) -> float:
        """Take one: 0.0 when it may pass; otherwise nothing is taken, and the seconds until there is one."""
        level = self._level(source)
        if level < 1.0:
            return (1.0 - level) / self.per_second
        self._set(source, level - 1.0)
        return 0.0

    def owe(self, source: str, many: int) -> float:
        """Take so many, whether they are there or not; the seconds until the debt is paid."""
        level = self._level(source) - many
        self._set(source, level)
        return max(0.0, -level) / self.per_second

    def _level(self, source: str) -> float:
        level, at = self._buckets.get(source, (self._most, 0.0))
        return min(self._most, level + (self._now() - at) * self.per_second)

    def _set(self, source: str, level: float) -> None:
        self._buckets[source] = level, self._now()
        self._buckets.move_to_end(source)
        if len(self._buckets) > MOST_SOURCES:
            self._buckets.popitem(last=False)


class Pace:
    """What one upload owes for the lines it brought; paid by not reading on."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._counts: dict[str, int] = {}
        # A second's worth at a time, so that answers come every second however slow the pace is.
        self.group_lines = max(1, int(rates.per_second))

    def count(self, source: str) -> None:
        """One more of this source."""
        self._counts[source] = self._counts.get(source, 0) + 1

    def pause(self) -> float:
        """The seconds to wait before more is read."""
        counts, self._counts = self._counts, {}
        return max((self._rates.owe(source, many) for source, many in counts.items()), default=0.0)
