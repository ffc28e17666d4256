"""How long a letter waits after the relay deferred it."""

_GROWTH = 4


def pause(attempts: int, first: float, longest: float, jitter: float) -> float:
    """Seconds to wait after the `attempts`-th attempt: `first`, four times that, …, at most `longest`.

    `jitter` (0 to 1) draws from the upper half, so that letters deferred together do not come back together.
    With 2 seconds and an hour, greylisting passes at the third or fourth attempt, and eight attempts take about an
    hour and three quarters.
    """
    whole: float = min(first * _GROWTH ** min(attempts - 1, 20), longest)
    return whole * (0.5 + 0.5 * jitter)
