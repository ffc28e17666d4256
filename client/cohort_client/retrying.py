"""When to send the same again: with growing, random pauses, or when intake says; for so long and no longer."""

import random
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import NoReturn, TypedDict

import httpx
import stamina

from cohort_client.bulk import Progress
from cohort_client.errors import Unavailable
from cohort_client.protocol import NotNow

RETRIED = (NotNow, httpx.TransportError, httpx.DecodingError)


class Patience:
    """Decides after each failure, as stamina's back-off hook; used up `seconds` after the last progress."""

    def __init__(self, seconds: float, now: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._until = now() + seconds

    def progress(self) -> None:
        """Something was answered: the patience begins anew."""
        self._until = self._now() + self._seconds

    def __call__(self, error: Exception) -> bool | float | timedelta:
        """Whether to try again; the pause in seconds where intake asked for one, a little apart from others'."""
        if not isinstance(error, RETRIED):
            return False
        after = error.after if isinstance(error, NotNow) else 0.0
        if self._now() + after >= self._until:
            return False
        return after + random.uniform(0.0, min(1.0, after / 4)) if after else True

    def noting(self, note: Callable[[Progress], object]) -> Callable[[Progress], None]:
        """`note`, which also begins the patience anew whenever something was answered."""

        def noted(news: Progress) -> None:
            if news.accepted or news.rejected:
                self.progress()
            note(news)

        return noted


class Limits(TypedDict):
    """What stamina itself limits: the pauses. How long in all is for Patience to say, since progress prolongs it."""

    attempts: None
    timeout: None
    wait_max: float


LIMITS = Limits(attempts=None, timeout=None, wait_max=5.0)
retrying = stamina.RetryingCaller(**LIMITS)
retrying_async = stamina.AsyncRetryingCaller(**LIMITS)


def give_up(error: Exception, index: int | None = None) -> NoReturn:
    """Raises Unavailable for the last of the failures."""
    why = str(error) if isinstance(error, NotNow) else f"no answer: {type(error).__name__}"
    message = f"{why}; given up for now. Send the same again later: nothing is doubled."
    if index is not None:
        message = f"{message} What is left begins with application {index}."
    raise Unavailable(message, error.status if isinstance(error, NotNow) else None, index) from error
