"""Waiting out transient faults of the database and the broker."""

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
    """It was no longer wanted, and did not succeed."""


class Patience:
    """Does a thing until it succeeds; readiness says meanwhile what is waited for."""

    def __init__(self, health: Health, metrics: Metrics) -> None:
        self._health = health
        self._metrics = metrics

    async def until_done(self, what: str, act: Callable[[], Awaitable[R]], *, unless: asyncio.Event | None = None) -> R:
        """The result of `act`. Raises what is not transient, at once; GivenUp after a fault once `unless` is set."""
        for pause in backoff():
            try:
                result = await act()
            except Exception as error:
                if not is_transient(error):
                    raise
                # The text of a database error may quote a row; its class may not.
                why = type(error).__name__
                log.warning("waiting for the %s", what, extra={"fault": why})
                self._health.set(f"sender: {what}", False, why)
                self._metrics.fault(what)
                if unless and unless.is_set():
                    raise GivenUp from None
                await asyncio.sleep(pause)
            else:
                self._health.set(f"sender: {what}", True)
                return result
        raise AssertionError("back-off has no end")
