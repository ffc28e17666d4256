"""How fast letters may go, in this process: all together, to each domain, and more slowly still where a domain asks.

All together they are paced where letters are claimed: what may not go yet stays in the ledger. To a domain with a limit
as many are claimed as may go; the others are told when to come again, one after another, so that a long queue is not
looked at time and again, and waits beside letters to other domains and not before them.
"""

import random
import time
from collections.abc import Callable, Mapping

from hiring.rate import Rates
from notify.core.answer import Answer
from notify.core.limits import ANY

# The ledger is asked for due letters every second: what two seconds bring has to find room, or some would be lost.
_BUCKET_SECONDS = 2.0
# Each look is a line in the letter's history: a long queue is not looked at often. A new start looks at all of it.
_LONGEST_WAIT = 6 * 3600.0
_FIRST_BACK_OFF, _LONGEST_BACK_OFF = 30.0, 900.0
_MOST_QUEUES = 10_000

OVER_LIMIT, ASKED = "the domain's limit", "the relay asks to slow down"


class MailRates:
    """`per_second` letters together, None for no limit; `per_domain` letters a second to a domain, or to `*`.

    `throttled` is called with why each time a letter has to wait for its domain. `now` tells monotonic seconds,
    `jitter` is 0 to 1.
    """

    def __init__(
        self,
        per_second: float | None,
        per_domain: Mapping[str, float],
        throttled: Callable[[str], None],
        now: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.per_second = per_second
        self._together = None if per_second is None else Rates(per_second, now)
        self._domains = {name: Rates(limit, now, _BUCKET_SECONDS) for name, limit in per_domain.items()}
        self._throttled = throttled
        self._now = now
        self._jitter = jitter
        # When the next letter of a domain that had to wait may come; how often a domain asked in a row, and until when.
        self._queues: dict[str, float] = {}
        self._asked: dict[str, tuple[int, float]] = {}

    def owe(self, letters: int) -> float:
        """Count letters that are about to go; the seconds until others may."""
        return 0.0 if self._together is None else self._together.owe("", letters)

    def pause(self, domain: str) -> float:
        """0.0 when one letter to the domain may go now, and then it counts; or the seconds after which to ask again."""
        if seconds := self.backing_off(domain):
            return seconds
        rates = self._domains.get(domain) or self._domains.get(ANY)
        if rates is None or not (seconds := rates.take(domain)):
            return 0.0
        self._throttled(OVER_LIMIT)
        return self._queued(domain, seconds, 1 / rates.per_second)

    def backing_off(self, domain: str) -> float:
        """Seconds for which the domain is to be left alone, a little more for some than for others; 0.0 for none."""
        _, until = self._asked.get(domain, (0, 0.0))
        if (left := until - self._now()) <= 0:
            return 0.0
        self._throttled(ASKED)
        return left * (1 + self._jitter() / 4)

    def heard(self, domain: str, answer: Answer) -> None:
        """Note what the relay said of a letter to the domain."""
        times, until = self._asked.get(domain, (0, 0.0))
        if self._now() < until:
            # Of letters that were under way when the domain asked.
            return
        if answer.slow_down:
            back_off = min(_FIRST_BACK_OFF * 2.0 ** min(times, 10), _LONGEST_BACK_OFF)
            self._asked[domain] = times + 1, self._now() + back_off
        elif answer.verdict == "taken":
            self._asked.pop(domain, None)

    def _queued(self, domain: str, seconds: float, apart: float) -> float:
        now = self._now()
        place = max(self._queues.get(domain, 0.0), now + seconds)
        if place - now >= _LONGEST_WAIT:
            return _LONGEST_WAIT * (1 + self._jitter() / 4)
        if len(self._queues) >= _MOST_QUEUES:
            self._queues = {name: place for name, place in self._queues.items() if place > now}
        self._queues[domain] = place + apart
        return place - now
