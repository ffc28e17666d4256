"""Waiting out transient faults of what a service leans on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hiring.faults import backoff, is_transient
from hiring.health import Health
from hiring.metrics import Metrics

log = logging.getLogger(__name__)
R = TypeVar("R")


class GivenUp(Exception):
    """It was no longer wanted."""


def _always() -> bool:
    return True


class Patience:
    """Does a thing until it succeeds; readiness, metrics and the log say meanwhile what is waited for.

    `part` tells the conditions of one part of a process from those of another: `part: what`.
    """

    def __init__(self, health: Health, metrics: Metrics, part: str = "") -> None:
        self._health = health
        self._metrics = metrics
        self._part = f"{part}: " if part else ""

    async def until_done(
        self, what: str, act: Callable[[], Awaitable[R]], *, wanted: Callable[[], bool] = _always
    ) -> R:
        """The result of `act`. `wanted` is asked before every try: raises GivenUp once it is not.

        Raises what is not transient at once; the condition is then left as it was.
        """
        for pause in backoff():
            if not wanted():
                # Nobody waits for it any more, so it is no reason to be unready.
                self._health.set(self._part + what, True)
                raise GivenUp
            try:
                result = await act()
            except Exception as error:
                if not is_transient(error):
                    raise
                # The text of a database error may quote a row; its class may not.
                why = type(error).__name__
                log.warning("waiting for: %s", what, extra={"part": self._part, "fault": why})
                self._health.set(self._part + what, False, why)
                self._metrics.fault(what)
                await asyncio.sleep(pause)
            else:
                self._health.set(self._part + what, True)
                return result
        raise AssertionError("back-off has no end")
