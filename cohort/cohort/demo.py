"""The demo: a drive goes in, the screen shows it pass, and every application is accounted for."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic

from rich.console import Console

from cohort import demo_summary
from cohort.accounting import Account, account
from cohort.addresses import Addresses
from cohort.demo_arrival import Counts, Outstanding, Watch
from cohort.demo_screen import Screen
from cohort.drive.send import send
from cohort.drive.sent import Sent

TICK_SECONDS = 0.5
STALL_SECONDS = 30.0
CORRECTION_SECONDS = 5.0


async def run_demo(
    addresses: Addresses,
    lines: Iterable[bytes],
    console: Console,
    pids: Mapping[str, int] | None = None,
    *,
    total: int | None = None,
    stall_seconds: float = STALL_SECONDS,
    api_key: str | None = None,
) -> Account:
    """Send the lines, show them pass, wait until all have arrived, account for each and print the summary.

    The waiting ends when everything is there, or when nothing has moved for `stall_seconds`. `total` is how many
    lines there will be; `pids` are processes whose memory is told. Raises what Kafka or Postgres raise when
    they cannot be asked at the start or for the account.
    """
    async with Watch(addresses) as watch:
        with Screen(console, total) as screen:
            sent = await _send(addresses, lines, watch, screen, api_key)
            moved = await _wait(sent, watch, screen, stall_seconds)
    seconds = moved - screen.started
    memory = await asyncio.to_thread(demo_summary.memory, pids or {})
    console.print("comparing what was sent with what each store and the mailbox hold")
    result = await account(sent, addresses)
    demo_summary.show(console, result, seconds, memory)
    return result


async def _send(
    addresses: Addresses, lines: Iterable[bytes], watch: Watch, screen: Screen, api_key: str | None
) -> Sent:
    so_far: Sent | None = None

    def on_progress(sent: Sent) -> None:
        nonlocal so_far
        so_far = sent

    sending = asyncio.create_task(send(lines, addresses, on_progress, api_key=api_key))
    try:
        while not sending.done():
            await asyncio.wait({sending}, timeout=TICK_SECONDS)
            screen.show(so_far, await watch.look())
    finally:
        sending.cancel()
        await asyncio.wait({sending})
    return sending.result()


@dataclass(slots=True)
class _Motion:
    """When anything last moved."""

    at: float
    last: tuple[Counts, int] | None = None

    def note(self, counts: Counts, outstanding: int) -> None:
        if (counts, outstanding) != self.last:
            self.last = (counts, outstanding)
            self.at = monotonic()


async def _wait(sent: Sent, watch: Watch, screen: Screen, stall_seconds: float) -> float:
    """Return when all has arrived or nothing moves any more, and say when anything last did."""
    outstanding = Outstanding(sent)
    motion = _Motion(monotonic())
    patient_since = motion.at
    while True:
        await watch.settle(outstanding)
        counts = await watch.look()
        screen.applications = outstanding.expected
        screen.show(sent, counts)
        motion.note(counts, len(outstanding))
        # A correction's letter follows a first one, and nobody can say whether it comes at all.
        if not outstanding and (not outstanding.corrected or monotonic() - motion.at > CORRECTION_SECONDS):
            return motion.at
        patient_since = max(patient_since, motion.at)
        if monotonic() - patient_since > stall_seconds:
            if not await watch.held(outstanding.first(2_000)):
                return motion.at
            patient_since = monotonic()
        await asyncio.sleep(TICK_SECONDS)
