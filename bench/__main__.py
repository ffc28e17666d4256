"""python -m bench [all|rules|screening|latency|intake|notify|console|memory] [--size N] [--rounds N]"""

import argparse
import asyncio
import dataclasses
import json
import logging
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from bench import console, intake, latency, memory, notify, race, report, rules
from bench.entrants import ENTRANTS, ROOT
from bench.stand import standing

PARTS = ("rules", "screening", "latency", "intake", "notify", "console", "memory")
RESULTS = ROOT / "bench" / "results.json"


def say(line: str) -> None:
    print(line, flush=True)


async def run(parts: list[str], size: int | None, rounds: int, only: frozenset[str]) -> dict[str, Any]:
    """Measure the parts, one after another; everything raw, by part."""
    found: dict[str, Any] = {}
    ours = asyncio.current_task()
    assert ours is not None
    # What was started is stopped in order, as at Ctrl-C.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ours.cancel)
    if "rules" in parts:
        found["rules"] = rules.measure(rounds, say)
    if "screening" in parts:
        async with standing() as stand:
            result = await race.race(stand, size or 200_000, rounds, say, only)
            found["screening"] = dataclasses.asdict(result)
    if "latency" in parts:
        found["latency"] = await latency.measure(500, 30.0, say)
    if "notify" in parts:
        async with standing() as stand:
            found["notify"] = await notify.measure(stand, min(size or 20_000, 20_000), say)
    if "console" in parts:
        async with standing() as stand:
            found["console"] = await console.measure(stand, 5 * size if size else 1_000_000, say)
    if {"intake", "memory"} & set(parts):
        many = 5 * size if size else 1_000_000
        async with standing() as stand:
            if "intake" in parts:
                found["intake"] = {"bulk": await intake.bulk(stand, many, say)}
            if "memory" in parts:
                found["memory"] = await memory.measure(stand, many, say)
            if "intake" in parts:
                found["intake"]["single"] = await intake.singles(stand, rounds, say)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("part", nargs="*", default=["all"], help=f"all, or some of {', '.join(PARTS)}")
    parser.add_argument("--size", type=int, help="applications (default 200000; five times as many lines for intake)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", nargs="*", default=[], help=f"of the contenders: {', '.join(e.name for e in ENTRANTS)}"
    )
    parser.add_argument("--no-write", action="store_true", help="leave docs/performance.md and the results as they are")
    given = parser.parse_args()
    parts = list(PARTS) if given.part == ["all"] else given.part
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    # A group's first member always meets a coordinator that is not there yet; that is no news.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(run(parts, given.size, given.rounds, frozenset(given.only)))
    result = {"at": datetime.now(UTC).isoformat(timespec="minutes"), "cores": os.cpu_count(), **found}
    print(report.table(result))
    if given.no_write:
        return
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    result = known | result
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    report.write(result, Path(ROOT / "docs"))


if __name__ == "__main__":
    main()
