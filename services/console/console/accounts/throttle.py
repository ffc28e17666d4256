"""How soon somebody may try to log in again after failures."""

from collections.abc import Callable

FIRST_SECONDS, LONGEST_SECONDS = 2.0, 900.0
_MOST_KEPT = 10_000


class Throttle:
    """Counts failures by key; after `free` of them the wait doubles with each, and all is forgotten after the longest.

    `clock` gives seconds.
    """

    def __init__(self, clock: Callable[[], float], free: int) -> None:
        self._clock = clock
        self._free = free
        self._failures: dict[str, tuple[int, float]] = {}

    def failed(self, key: str) -> None:
        """One more failure."""
        now = self._clock()
        count, at = self._failures.pop(key, (0, now))
        self._failures[key] = (1 if now - at > LONGEST_SECONDS else count + 1, now)
        while len(self._failures) > _MOST_KEPT:
            del self._failures[next(iter(self._failures))]

    def passed(self, key: str) -> None:
        """The key logged in: it begins anew."""
        self._failures.pop(key, None)

    def undo(self, key: str) -> None:
        """The last failure was none."""
        count, at = self._failures.get(key, (0, 0.0))
        if count:
            self._failures[key] = (count - 1, at)

    def wait(self, key: str) -> float:
        """Seconds until the key may try; 0 where it may now."""
        count, at = self._failures.get(key, (0, 0.0))
        if count < self._free:
            return 0.0
        pause = min(FIRST_SECONDS * 2.0 ** min(count - self._free, 20), LONGEST_SECONDS)
        return max(0.0, at + pause - self._clock())


class Attempts:
    """Tries to log in: few for a name from one address, more for an address, more for a name from anywhere."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._pairs, self._addresses, self._names = Throttle(clock, 5), Throttle(clock, 30), Throttle(clock, 50)

    def wait(self, name: str, address: str) -> float:
        """Seconds until this name may try from this address."""
        pair = self._pairs.wait(f"{name}\n{address}")
        return max(pair, self._addresses.wait(address), self._names.wait(name))

    def failed(self, name: str, address: str) -> None:
        """It was not the right password, or there is no such name."""
        self._pairs.failed(f"{name}\n{address}")
        self._addresses.failed(address)
        self._names.failed(name)

    def passed(self, name: str, address: str) -> None:
        """It was."""
        self._pairs.passed(f"{name}\n{address}")
        self._addresses.undo(address)
        self._names.undo(name)
