"""Intake's doors: lines a second in one bulk upload, and single POSTs beside a bare Starlette route."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import cycle, islice
from statistics import median
from typing import Any

from bench import processes
from bench.load import SECRET, lines
from bench.processes import Measured
from bench.raw_http import Connection, upload
from bench.stand import Stand

Say = Callable[[str], None]

_DISTINCT = 50_000
_CHUNK_LINES = 40
_SINGLE_CONNECTIONS = 64
_SINGLE_SECONDS = 6.0


def chunks(size: int) -> Iterator[bytes]:
    """`size` lines in pieces of about 64 KiB. Each pass over the same lines gives other applications."""
    made = list(lines(min(size, _DISTINCT)))
    left = size
    for number in range(size):
        # Renaming a piece costs next to nothing, and each pass applies anew.
        tag = b'"external_id":"%d-' % number
        for at in range(0, len(made), _CHUNK_LINES):
            piece = made[at : min(at + _CHUNK_LINES, at + left)]
            yield (b"\n".join(piece) + b"\n").replace(b'"external_id":"', tag)
            left -= len(piece)
            if not left:
                return


async def bulk(stand: Stand, size: int, say: Say) -> dict[str, Any]:
    """Upload `size` lines in one request to one process."""
    pieces = chunks(size)
    first = next(pieces)
    async with processes.service(stand, "intake", {"candidate_secret": SECRET}) as intake:
        before = intake.cost().cpu_seconds
        begun = time.perf_counter()
        tail = b""
        async for piece in upload(intake.port, b"/v1/applications/bulk", _with(first, pieces)):
            tail = (tail + piece)[-400:]
        seconds = time.perf_counter() - begun
        if b'"accepted":%d' % size not in tail:
            raise RuntimeError(f"intake did not accept all {size} lines: {tail!r}")
        result = {
            "lines": size,
            "lines_per_second": size / seconds,
            "cpu_seconds_per_100k": (intake.cost().cpu_seconds - before) / size * 100_000,
            **intake.memory(),
        }
    say(f"intake in bulk: {result['lines_per_second']:,.0f} lines/s, peak {result['peak_mib']:.0f} MiB")
    return result


async def singles(stand: Stand, rounds: int, say: Say) -> dict[str, Any]:
    """Single POSTs a second at concurrency 64: intake and the bare route in turn, under the same client."""
    bodies = list(lines(10_000))
    rates: dict[str, list[float]] = {"intake": [], "bare_route": []}
    async with (
        processes.service(stand, "intake", {"candidate_secret": SECRET}) as ours,
        processes.module(stand, "bench.bare_route", "--kafka", stand.kafka) as bare,
    ):
        for server in (ours, bare):
            await _posts(server, bodies, 1.0)
        for _ in range(rounds):
            for name, server in (("intake", ours), ("bare_route", bare)):
                rates[name].append(await _posts(server, bodies, _SINGLE_SECONDS))
    ratios = [mine / theirs for mine, theirs in zip(rates["intake"], rates["bare_route"], strict=True)]
    say(f"single POSTs: {median(rates['intake']):,.0f}/s, {median(ratios):.2f} of a bare route")
    return {**rates, "ratio": ratios}


async def _posts(server: Measured, bodies: list[bytes], seconds: float) -> float:
    done = 0
    end = time.perf_counter() + seconds

    async def work(start: int) -> None:
        nonlocal done
        connection = await Connection.open(server.port)
        for body in islice(cycle(bodies), start, None):
            status, _ = await connection.post(b"/v1/applications", body)
            if status != 202:
                raise RuntimeError(f"HTTP {status}")
            done += 1
            if time.perf_counter() > end:
                break
        connection.close()

    begun = time.perf_counter()
    share = len(bodies) // _SINGLE_CONNECTIONS
    workers: list[Awaitable[None]] = [work(number * share) for number in range(_SINGLE_CONNECTIONS)]
    await asyncio.gather(*workers)
    return done / (time.perf_counter() - begun)


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
