"""How much of something may pass a second: token buckets by name, in this process."""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_BUCKETS = 10_000
"""So many buckets are kept. Where anybody may make up names, the one that was quiet longest goes."""


class Rates:
    """A bucket a name: `per_second` flow in, and it holds what `seconds` bring, at least one.

    `now` tells monotonic seconds.
    """

    def __init__(self, per_second: float, now: Callable[[], float] = time.monotonic, seconds: float = 1.0) -> None:
        self.per_second = per_second
        self._most = max(1.0, per_second * seconds)
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Take one: 0.0 when it may pass; otherwise nothing is taken, and the seconds until there is one."""
        level = self._level(name)
        if level < 1.0:
            return (1.0 - level) / self.per_second
        self._set(name, level - 1.0)
        return 0.0

    def owe(self, name: str, many: int) -> float:
        """Take so many, whether they are there or not; the seconds until the debt is paid."""
        level = self._level(name) - many
        self._set(name, level)
        return max(0.0, -level) / self.per_second

    def _level(self, name: str) -> float:
        level, at = self._buckets.get(name, (self._most, 0.0))
        return min(self._most, level + (self._now() - at) * self.per_second)

    def _set(self, name: str, level: float) -> None:
        self._buckets[name] = level, self._now()
        self._buckets.move_to_end(name)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
