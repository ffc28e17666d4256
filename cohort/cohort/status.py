"""What a running pipeline holds, and whether its parts are well: one look at it, and how fast it moves between two."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import asyncpg
import psutil
from aiokafka.errors import KafkaError

from cohort.addresses import Addresses
from cohort.broker_look import SERVICES, BrokerLook, BrokerState, GroupState, looking
from cohort.readiness import READY, Readiness, readiness
from cohort.service_tables import fetch
from cohort.stack.runfile import Mark
from hiring.topics import TOPICS

_DECISIONS = """
SELECT CASE outcome WHEN 'review' THEN 'to a person' ELSE outcome END, count(*) FROM decisions GROUP BY 1 ORDER BY 1
"""
# As `cohort review` lists them: by the index of those that went to a person.
_WAITING = """
SELECT 'wait for a person now', count(*) FROM decisions d WHERE outcome = 'review'
AND serial = (SELECT max(n.serial) FROM decisions n WHERE n.application_id = d.application_id)
"""
_LETTERS = "SELECT state, count(*) FROM letters GROUP BY 1 ORDER BY 1"
_COUNTED = (
    ("screening", "decisions made", _DECISIONS),
    ("screening", "applications", _WAITING),
    ("notify", "letters", _LETTERS),
)


class Part(NamedTuple):
    """A process or service. `pid` and `memory_bytes` where it is one of this machine's."""

    name: str
    state: str
    ready: bool
    pid: int | None = None
    memory_bytes: int | None = None


class TopicLine(NamedTuple):
    """A topic: how many records it holds, where it ends, and the lag of each service that reads it.

    `per_second` is how many came a second since the look before; None at the first.
    """

    name: str
    records: int
    end: int
    lag: Mapping[str, int]
    per_second: float | None = None


class Count(NamedTuple):
    what: str
    of: str
    number: int


@dataclass(frozen=True, slots=True)
class Status:
    """One look. `done` is how many records each service has done, in all; `problems` say what could not be asked."""

    at: float
    parts: list[Part] = field(default_factory=list)
    topics: list[TopicLine] = field(default_factory=list)
    done: Mapping[str, int] = field(default_factory=dict)
    done_per_second: Mapping[str, float] = field(default_factory=dict)
    counts: list[Count] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        return not self.problems and all(part.ready for part in self.parts)

    def since(self, before: "Status | None") -> "Status":
        """The same with rates, measured from an earlier look."""
        if before is None or self.at <= before.at:
            return self
        seconds, ends = self.at - before.at, {it.name: it.end for it in before.topics}
        topics = [
            it._replace(per_second=max(0, it.end - ends[it.name]) / seconds) if it.name in ends else it
            for it in self.topics
        ]
        # A group that begins anew stands before where it stood: that is no work undone.
        done = {
            service: max(0, number - before.done[service]) / seconds
            for service, number in self.done.items()
            if service in before.done
        }
        return Status(self.at, self.parts, topics, self.done, done, self.counts, self.problems)

    def as_json(self) -> dict[str, Any]:
        """All of it, for scripts."""
        return {
            "ready": self.ready,
            "problems": self.problems,
            "parts": [part._asdict() for part in self.parts],
            "topics": [topic._asdict() for topic in self.topics],
            "done": dict(self.done),
            "done_per_second": dict(self.done_per_second),
            "counts": [count._asdict() for count in self.counts],
        }


class Looker:
    """Looks at one pipeline again and again; the connection to Kafka is kept, and made anew when it is lost."""

    def __init__(self, at: Addresses, processes: Callable[[], Mapping[str, Mark]]) -> None:
        self._at = at
        self._processes = processes
        self._connection = AsyncExitStack()
        self._broker: BrokerLook | None = None
        self._before: Status | None = None

    async def __aenter__(self) -> "Looker":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.aclose()

    async def look(self) -> Status:
        """How it is now. What cannot be asked is told in it."""
        problems: list[str] = []
        said = await readiness(self._at.urls())
        broker = await self._ask_broker(problems)
        counts = await self._counts(problems)
        parts = processes_of(self._processes(), said) if self._at.local else services_of(said, broker)
        topics, done = ([], {}) if broker is None else (lines(broker), done_by(broker.groups.values()))
        now = Status(time.monotonic(), parts, topics, done, {}, counts, problems).since(self._before)
        self._before = now
        return now

    async def _ask_broker(self, problems: list[str]) -> BrokerState | None:
        try:
            if self._broker is None:
                self._broker = await self._connection.enter_async_context(looking(self._at.broker))
            return await self._broker.look()
        except (KafkaError, TimeoutError, OSError) as error:
            problems.append(
                f"Kafka at {self._at.kafka} cannot be asked now ({type(error).__name__}): `cohort doctor` says more"
            )
            self._broker = None
            await self._connection.aclose()
            return None

    async def _counts(self, problems: list[str]) -> list[Count]:
        found, told = [], self._at.databases()
        for of, what, query in _COUNTED:
            if of not in told:
                continue
            try:
                found += [Count(what, name, number) for name, number in await fetch(told[of], query)]
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                if (words := f"the database of {of} cannot be asked now: {type(error).__name__}") not in problems:
                    problems.append(words)
        return found


def processes_of(processes: Mapping[str, Mark], said: Mapping[str, Readiness]) -> list[Part]:
    """The parts of a pipeline on this machine: what each says, or whether its process runs."""
    parts = []
    for name, mark in processes.items():
        process = mark.process()
        if process is None:
            parts.append(Part(name, "ended", False, mark.pid))
            continue
        state = said[name].state if name in said else "runs"
        parts.append(Part(name, state, state in (READY, "runs"), mark.pid, _bytes(process)))
    return parts


def services_of(said: Mapping[str, Readiness], broker: BrokerState | None) -> list[Part]:
    """The services of a deployment: what each says, or where it tells no URL whether anything reads in its group."""
    members: dict[str, int] = {}
    for group in broker.groups.values() if broker else ():
        members[group.service] = members.get(group.service, 0) + group.members
    parts = []
    for name in SERVICES:
        if name in said:
            parts.append(Part(name, said[name].state, said[name].state == READY))
        elif name in members:
            number = members[name]
            state = (
                f"reads ({number} consumer{'' if number == 1 else 's'})" if number else "no consumer: it does not run"
            )
            parts.append(Part(name, state, number > 0))
    return parts


def lines(broker: BrokerState) -> list[TopicLine]:
    """Each declared topic that is there, in the order of its declaration."""
    found = []
    for topic in (broker.topics[it.name] for it in TOPICS if it.name in broker.topics):
        lag: dict[str, int] = {}
        for group in broker.groups.values():
            if (behind := group.lag(topic)) is not None:
                lag[group.service] = lag.get(group.service, 0) + behind
        found.append(TopicLine(topic.name, topic.records, sum(topic.ends.values()), lag))
    return found


def done_by(groups: Iterable[GroupState]) -> dict[str, int]:
    """How many offsets each service has committed, over all that it reads."""
    found: dict[str, int] = {}
    for group in groups:
        if group.done:
            number = sum(sum(partitions.values()) for partitions in group.done.values())
            found[group.service] = found.get(group.service, 0) + number
    return found


def _bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
