"""How long a letter waits after the relay deferred it."""

_GROWTH = 4
_LONGEST = 3600.0


def pause(attempts: int, first: float, jitter: float) -> float:
    """Seconds to wait after the `attempts`-th attempt: `first`, four times that, …, at most an hour.

    `jitter` (0 to 1) draws from the upper half, so that letters deferred together do not come back together.
    Greylisting passes at the third or fourth attempt; eight attempts take about an hour and three quarters.
    """
    longest: float = min(first * _GROWTH ** min(attempts - 1, 20), _LONGEST)
    return longest * (0.5 + 0.5 * jitter)
