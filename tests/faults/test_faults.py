"""Anything may be killed at any time: under a steady load nothing is lost, and nothing is done twice.

`make faults` does 200 faults, a plain test run a few. COHORT_FAULTS is their number, COHORT_SEED the seed.
"""

import asyncio
import os
import secrets
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

import pytest

from cohort.accounting.gather import applications
from cohort.drive.generate import generate
from cohort.pipeline import Pipeline, running
from cohort.stack.ports import choose_ports
from cohort.supervisor import Restarts

from .acts import Site
from .journal import Journal
from .load import Load
from .mail import MailServer
from .schedule import Fault, schedule
from .verdict import Verdict, drained, judge, judge_all, untold

FULL = bool(os.environ.get("COHORT_FAULTS"))
FAULTS = int(os.environ.get("COHORT_FAULTS") or 15)
SEED = int(os.environ.get("COHORT_SEED") or (secrets.randbelow(1_000_000) if FULL else 9567))
A_ROUND = 12 if FULL else 8
RATE = float(os.environ.get("COHORT_RATE") or 200)
"""Applications a second."""

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240 + 15 * FAULTS)]

SETTINGS: dict[str, object] = {
    # Kafka's shortest session, and a lease to match: what a fault leaves behind is taken up soon.
    "kafka_session_timeout_ms": 6000,
    "lease_seconds": 4,
    "drain_seconds": 8,
    # A letter may be in hand at many faults: it must not be given up for that.
    "max_attempts": 100,
    "retry_seconds": 0.05,
    "retry_longest_seconds": 2,
    "in_doubt_seconds": 0.5,
    "in_doubt_resends": 100,
    # Shorter than the server hangs, mostly: otherwise it would only be slow.
    "smtp_connect_seconds": 2,
    "smtp_command_seconds": 2,
    "smtp_answer_seconds": 2,
}


@dataclass(slots=True)
class Run:
    """One run of the suite: what it stands on, and what it has seen."""

    site: Site
    pipeline: Pipeline
    mail: MailServer
    data: Path
    claimed: set[UUID] = field(default_factory=set)
    verdicts: list[Verdict] = field(default_factory=list)

    async def round(self, number: int, faults: list[Fault]) -> list[str]:
        """Load and faults, then silence, then the verdict: what is wrong."""
        addresses = replace(self.pipeline.addresses, mailbox=self.data / f"mail-{number}")
        self.mail.keep_in(addresses.mailbox)
        # A drive of its own: applications of two rounds have nothing in common.
        lines = (item.line for item in generate(10_000_000, SEED * 1_000 + number))
        load = Load(addresses, lines, RATE)
        load.start()
        try:
            await self._strike(faults)
            self.site.journal.note("the load pauses")
            async with asyncio.timeout(120):
                await load.finish()
            wrong = await drained(load, addresses)
            self.site.journal.note(f"drained: {len(load.sent)} lines, {load.retries} sent again")
        finally:
            load.cancel()
        if wrong:
            return wrong
        verdict = await judge(load, addresses, self.mail, self.site.journal)
        self.site.journal.note(
            f"judged: {verdict.accepted} applications, {verdict.failed_letters} letters failed on purpose, "
            f"{verdict.repeated_decisions} decisions published again"
        )
        self.claimed |= applications(load.sent)
        self.verdicts.append(verdict)
        shutil.rmtree(addresses.mailbox)
        return verdict.wrong

    async def _strike(self, faults: list[Fault]) -> None:
        gave_up = self.pipeline.supervisor.gave_up
        async with asyncio.TaskGroup() as striking:
            for fault in faults:
                await asyncio.sleep(fault.after)
                if gave_up.done():
                    gave_up.result()
                held = await self.site.take(fault)
                striking.create_task(self._do(fault, held))

    async def _do(self, fault: Fault, held: AsyncExitStack) -> None:
        async with held:
            await self.site.do(fault)

    async def end(self) -> list[str]:
        """What is wrong at the very end. A new notify tells at once what a crash left untold."""
        os.kill(self.pipeline.supervisor.pids()["notify"], signal.SIGTERM)
        async with asyncio.timeout(60):
            while await untold(self.pipeline.addresses):
                await asyncio.sleep(0.2)
        return await judge_all(self.pipeline.addresses, self.mail, self.claimed)

    def summary(self) -> str:
        repeated: Counter[str] = self.verdicts[-1].repeated_emails if self.verdicts else Counter()
        return "\n".join(
            [
                f"seed {SEED}, {FAULTS} faults, {sum(verdict.accepted for verdict in self.verdicts)} applications",
                f"zombies whose partitions had moved: {self.site.journal.zombies[True]}, "
                f"had not: {self.site.journal.zombies[False]}",
                f"decisions published again, same id: {sum(it.repeated_decisions for it in self.verdicts)}",
                f"e-mails sent again, same Message-ID: {repeated.total()}",
                *(f"    {count} in hand at: {why}" for why, count in repeated.most_common()),
            ]
        )


@asynccontextmanager
async def started(data: Path, journal: Journal) -> AsyncIterator[Run]:
    ports = choose_ports(["mail"], {})
    mail = MailServer(ports["mail"], SEED)
    mail.keep_in(data / "mail-0")
    await mail.listen()
    settings = SETTINGS | {"smtp_port": mail.port}

    def say(text: str) -> None:
        with (data / "supervisor.log").open("a") as log:
            log.write(text + "\n")
        if " ended with status " in text and " ended with status 0" not in text:
            journal.note(f"    {text.splitlines()[0]}\n{text.splitlines()[-2][:2000]}")

    try:
        async with running(data, say, settings, Restarts(most=1_000, longest_pause=1.0)) as pipeline:
            site = Site(pipeline, mail, settings, data, journal)
            try:
                yield Run(site, pipeline, mail, data)
            finally:
                await mail.end()
                await site.close()
    finally:
        mail.stop()


async def test_whatever_dies_nothing_is_lost_and_nothing_is_done_twice() -> None:
    print(f"\nseed {SEED}, {FAULTS} faults")
    data = Path(mkdtemp(prefix=f"faults-{SEED}-"))
    data.chmod(0o755)
    journal = Journal(loud=FULL)
    faults = list(schedule(SEED, FAULTS))
    try:
        async with started(data, journal) as run:
            journal.note("everything is ready")
            for number, begin in enumerate(range(0, FAULTS, A_ROUND), 1):
                wrong = await run.round(number, faults[begin : begin + A_ROUND])
                assert not wrong, "\n".join(wrong)
            wrong = await run.end()
            assert not wrong, "\n".join(wrong)
            print(run.summary())
    except BaseException:
        told = [] if journal.loud else journal.lines
        print(f"seed {SEED}, {FAULTS} faults, failed; logs are in {data}; what was done until now:", *told, sep="\n")
        raise
    shutil.rmtree(data, ignore_errors=True)
