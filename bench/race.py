"""The contenders in turn, A B C A B C, on the same applications, broker and database; each seen from outside."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import orjson
from aiokafka import AIOKafkaConsumer

from bench import entrants, meter
from bench.entrants import ENTRANTS, Absent, Entrant
from bench.load import preload
from bench.stand import Stand, ends, records_of
from bench.work import TABLE
from cohort.stack.child import Child
from cohort.stack.ports import choose_ports
from hiring import postgres
from hiring.settings import PostgresSettings
from hiring.topics import APPLICATIONS, DECISIONS

Say = Callable[[str], None]

_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Run:
    """One contender's run: `records` from the first progress seen to the last, in `seconds`."""

    entrant: str
    round: int
    records: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    whole: bool
    """Whether it did all applications; otherwise it was ended after its time."""

    @property
    def rate(self) -> float:
        return self.records / self.seconds

    @property
    def cpu_per_100k(self) -> float:
        return self.cpu_seconds / self.records * 100_000


class WrongOutcome(Exception):
    """A contender decided differently from the service: it does not do the same work."""


@dataclass(frozen=True, slots=True)
class Result:
    """All runs, and why an entrant is missing."""

    applications: int
    runs: list[Run]
    absent: dict[str, str]


async def race(stand: Stand, size: int, rounds: int, say: Say, names: frozenset[str] = frozenset()) -> Result:
    """Preload `size` applications once and run everybody `rounds` times. Raises WrongOutcome."""
    await asyncio.to_thread(postgres.migrate, PostgresSettings(postgres_dsn=stand.dsn), "screening")
    say(f"preloading {size:,} applications")
    records = await preload(stand.kafka, size)
    racing = _Race(stand, records, say)
    runs: list[Run] = []
    absent: dict[str, str] = {}
    wanted = [entrant for entrant in ENTRANTS if not names or entrant.name in names]
    for number in range(1, rounds + 1):
        for entrant in wanted:
            if entrant.name in absent:
                continue
            try:
                run = await racing.run(entrant, number)
            except Absent as error:
                absent[entrant.name] = str(error)
                say(f"{entrant.name}: not run: {error}")
            else:
                runs.append(run)
                say(
                    f"round {number}  {entrant.name:20} {run.rate:9,.0f}/s  {run.cpu_per_100k:6.2f} CPU s/100k  "
                    f"{run.peak_bytes / 2**20:5.0f} MiB" + ("" if run.whole else "  (a part)")
                )
    return Result(records, runs, absent)


@dataclass(slots=True)
class _Race:
    stand: Stand
    total: int
    say: Say

    async def run(self, entrant: Entrant, number: int) -> Run:
        """One run of one entrant on an emptied table, as a group that has read nothing."""
        python = await asyncio.to_thread(entrants.interpreter, entrant)
        real = entrant.module is None
        output = DECISIONS if real else f"bench.{entrant.name}.{number}"
        group = "screening" if real else f"{entrant.name}-{number}"
        table = "decisions" if real else "hand_made"
        database = self.stand.database
        await database.execute(TABLE.format(name="hand_made"))
        await database.execute(f"TRUNCATE {table}")
        # So that no checkpoint of one contender's rows falls into another's time.
        await database.execute("CHECKPOINT")
        if real:
            await self.stand.rewind(group, APPLICATIONS)
        else:
            await self.stand.provision([output])
        ports = choose_ports([f"http-{n}" for n in range(entrant.processes)], {})
        children = [
            Child(
                f"{entrant.name}-{n}",
                entrants.argv(
                    entrant,
                    python,
                    kafka=self.stand.kafka,
                    dsn=self.stand.dsn,
                    group=group,
                    output=output,
                    table=table,
                ),
                entrants.environment(self.stand.kafka, self.stand.dsn, port),
                self.stand.folder / "logs" / f"{entrant.name}-{number}-{n}.log",
                cwd=entrants.ROOT,
            )
            for n, port in enumerate(ports.values())
        ]
        async with _running(children), AIOKafkaConsumer(bootstrap_servers=self.stand.kafka) as consumer:
            before = await ends(consumer, output)

            async def done() -> int:
                if entrant.seen_by == "output":
                    return await ends(consumer, output) - before
                return await self.stand.committed(group)

            run = await self._watch(entrant, number, children, group, done)
        await self._check(table, run.whole)
        return run

    async def _watch(
        self, entrant: Entrant, number: int, children: list[Child], group: str, done: Callable[[], Awaitable[int]]
    ) -> Run:
        pids = [child.pid for child in children]
        begun = news = time.perf_counter()
        first: tuple[float, int, meter.Cost] | None = None
        last = 0
        while True:
            records = await done()
            now = time.perf_counter()
            if records != last:
                news, last = now, records
                if first is None and (len(children) == 1 or await self.stand.members(group) == len(children)):
                    # With several processes the time begins when all of them have partitions.
                    first = now, records, meter.cost(pids)
            over = first is not None and now - first[0] > entrant.most_seconds
            if first is not None and records > first[1] and (records >= self.total or over):
                cost = meter.cost(pids)
                return Run(
                    entrant.name,
                    number,
                    records - first[1],
                    now - first[0],
                    cost.cpu_seconds - first[2].cpu_seconds,
                    cost.peak_bytes,
                    records >= self.total,
                )
            if records >= self.total:
                raise Absent("SIZE is too small: it had done all before its time began")
            ended = next((child for child in children if not child.alive()), None)
            if ended or now - news > _PATIENCE_SECONDS:
                child = ended or children[0]
                words = " | ".join(child.last_lines(3))
                raise Absent(f"{'ended' if ended else 'stands still'} after {now - begun:.0f} s at {last:,}: {words}")
            await asyncio.sleep(_POLL_SECONDS)

    async def _check(self, table: str, whole: bool) -> None:
        """Whether every decision is the service's; what it published first is what the others must equal."""
        database = self.stand.database
        known = await database.fetchval("SELECT to_regclass('expected') IS NOT NULL")
        if table == "decisions":
            if not known:
                await self._remember_expected()
            return
        if not known:
            return
        join = "FULL" if whole else "RIGHT"
        wrong = await database.fetchval(
            f"SELECT count(*) FROM expected e {join} JOIN {table} t USING (application_id, revision) "
            "WHERE (e.outcome, e.track) IS DISTINCT FROM (t.outcome, t.track)"
        )
        if wrong:
            raise WrongOutcome(f"{wrong:,} decisions in {table} differ from the service's")

    async def _remember_expected(self) -> None:
        decided = {}
        async for record in records_of(self.stand.kafka, DECISIONS):
            told = orjson.loads(record.value or b"")
            decided[told["application_id"], told["revision"]] = told["outcome"], told["track"]
        rows = [(UUID(application), revision, *rest) for (application, revision), rest in decided.items()]
        await self.stand.database.execute(
            "CREATE TABLE expected (application_id uuid, revision text, outcome text, track text)"
        )
        await self.stand.database.copy_records_to_table("expected", records=rows)


@contextlib.asynccontextmanager
async def _running(children: list[Child]) -> AsyncIterator[None]:
    try:
        for child in children:
            await child.start()
        yield
    finally:
        await asyncio.gather(*(child.stop(signal.SIGTERM, 20) for child in children))
