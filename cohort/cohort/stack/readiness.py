"""Waiting for a part to answer: ask again and again until a deadline, give up at once when its process has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import psutil

from cohort.stack.causes import plain_cause
from cohort.stack.child import Child
from cohort.stack.errors import StackError

_POLL_SECONDS = 0.05
_SEARCHED_LINES = 200


async def wait_until_ready(child: Child, answers: Callable[[], Awaitable[bool]], timeout_seconds: float) -> None:
    """Return when `answers()` is true; StackError with the last lines of `child` when it ends or the time is up."""
    asking = asyncio.ensure_future(_ask_until_true(answers))
    ending = asyncio.ensure_future(child.wait())
    try:
        await asyncio.wait({asking, ending}, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
        if ending.done():
            raise StackError(_report(f"{child.name} ended with status {ending.result()} while starting", child))
        if not asking.done():
            raise StackError(_report(f"{child.name} did not answer within {timeout_seconds:g} s", child))
        asking.result()
    finally:
        asking.cancel()
        ending.cancel()
        await asyncio.gather(asking, ending, return_exceptions=True)


def listens(child: Child, port: int) -> bool:
    """Whether the child itself holds the port: another server there must not be taken for it."""
    try:
        connections = psutil.Process(child.pid).net_connections(kind="tcp")
    except psutil.Error:
        return False
    return any(c.status == psutil.CONN_LISTEN and c.laddr and c.laddr.port == port for c in connections)


async def _ask_until_true(answers: Callable[[], Awaitable[bool]]) -> None:
    while not await answers():
        await asyncio.sleep(_POLL_SECONDS)


def _report(what: str, child: Child) -> str:
    lines = "\n".join(f"    {line}" for line in child.last_lines())
    cause = plain_cause(child.last_lines(_SEARCHED_LINES))
    return (
        f"{what}{f': {cause}' if cause else ''}; the end of {child.log_path}:\n{lines or '    (nothing was written)'}"
    )
