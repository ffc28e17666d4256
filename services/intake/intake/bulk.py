"""A bulk upload: lines in, NDJSON out, one answer a line, in memory that does not grow with the upload."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import orjson

from hiring.events.reading import Unreadable
from hiring.topics import MIB
from intake import problems
from intake.core.lines import Line, LineSplitter
from intake.core.split import Accepted
from intake.metrics import DoorMetrics
from intake.outlet import Outlet, Unavailable
from intake.problems import Problem
from intake.rate import Pace

MOST_REJECTED = 100_000
"""An upload ends where so many lines were rejected: it is the wrong file, and its answers would fill the disk."""
GROUP_LINES = 1000
GROUP_BYTES = MIB
_SEND_AGAIN = "not recorded for certain, send again"

Read = Callable[[bytes], Accepted]
"""From a line to an application's records. Raises Unreadable, or Problem for one that this client may not send."""


class Lines(Protocol):
    """Splits chunks into lines; `end` gives the one that nothing follows."""

    def feed(self, chunk: bytes) -> Iterator[Line]: ...

    def end(self) -> Iterator[Line]: ...


@dataclass(frozen=True, slots=True)
class _Rejected:
    reason: str
    errors: Sequence[Mapping[str, str]]


@dataclass(slots=True)
class _Group:
    """Lines that are published together: what each became, by its number."""

    most: int
    lines: list[tuple[int, Accepted | _Rejected]] = field(default_factory=list)
    bytes: int = 0

    def full(self) -> bool:
        return len(self.lines) >= self.most or self.bytes >= GROUP_BYTES

    def accepted(self) -> list[Accepted]:
        return [became for _, became in self.lines if isinstance(became, Accepted)]


class Upload:
    """One upload. Each group of lines is answered once the broker has it; the next is read meanwhile."""

    def __init__(
        self,
        read: Read,
        outlet: Outlet,
        metrics: DoorMetrics,
        *,
        max_line_bytes: int,
        pace: Pace | None = None,
        lines: Lines | None = None,
    ) -> None:
        self._read = read
        self._outlet = outlet
        self._metrics = metrics
        self._max_line_bytes = max_line_bytes
        self._pace = pace
        self._lines = lines or LineSplitter(max_line_bytes)
        self._group_lines = min(GROUP_LINES, pace.group_lines) if pace else GROUP_LINES
        self._broken: Problem | None = None
        self._count: Counter[str] = Counter()
        self._refused = 0
        self._answering = False
        self._away = False

    async def results(self, chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
        """Answers to the lines, some at a time and in order, then a summary.

        Raises Unavailable where the broker has not acknowledged and nothing was answered yet; once something
        was, the remaining lines are answered `failed`. Raises Problem where the chunks cannot be read and nothing
        was answered yet; once something was, the summary says so. Whatever `lines` raises is raised.
        """
        settling: asyncio.Task[bytes] | None = None
        answered = False
        try:
            try:
                async for group in self._groups(chunks):
                    if settling:
                        answered = True
                        yield await settling
                    # One group after another: a later revision of an application must not overtake an earlier one.
                    settling = asyncio.create_task(self._settle(group))
            except Problem as problem:
                if not answered:
                    raise
                self._broken = problem
            if settling:
                yield await settling
        finally:
            if settling:
                await asyncio.gather(settling, return_exceptions=True)
        yield self._summary()

    async def _groups(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[_Group]:
        group = _Group(self._group_lines)
        async for chunk in chunks:
            for number, line in self._lines.feed(chunk):
                self._add(group, number, line)
                if group.full():
                    yield group
                    group = _Group(self._group_lines)
                    if self._pace and (seconds := self._pace.pause()):
                        # Nothing more is read meanwhile, and the client waits in its sending.
                        await asyncio.sleep(seconds)
        for number, line in self._lines.end():
            self._add(group, number, line)
        if group.lines:
            yield group

    def _add(self, group: _Group, number: int, line: bytes | None) -> None:
        if self._refused >= MOST_REJECTED:
            raise problems.too_many_rejected(MOST_REJECTED)
        became: Accepted | _Rejected
        if line is None:
            became = _Rejected("too-large", _whole(f"is longer than {self._max_line_bytes} bytes"))
        else:
            group.bytes += len(line)
            try:
                became = self._read(line)
            except Unreadable as error:
                became = _Rejected(error.flaw, error.problems or _whole(error.detail))
            except Problem as problem:
                became = _Rejected(problem.reason, problem.errors or _whole(problem.detail))
        self._refused += isinstance(became, _Rejected)
        group.lines.append((number, became))

    async def _settle(self, group: _Group) -> bytes:
        """Publish a group and say of each line what became of it."""
        accepted = group.accepted()
        if accepted and not self._away:
            try:
                await self._outlet.publish_all(accepted)
            except Unavailable:
                if not self._answering:
                    raise
                self._away = True
        self._answering = True
        outcome = "failed" if self._away else "accepted"
        self._count[outcome] += len(accepted)
        if self._away:
            self._metrics.rejected("bulk", "unavailable", len(accepted))
        else:
            self._metrics.accepted("bulk", len(accepted))
        return b"".join([self._answer(number, became) for number, became in group.lines])

    def _answer(self, number: int, became: Accepted | _Rejected) -> bytes:
        answer: dict[str, object]
        if isinstance(became, _Rejected):
            self._count["rejected"] += 1
            self._metrics.rejected("bulk", became.reason)
            answer = {"line": number, "status": "rejected", "errors": became.errors}
        elif self._away:
            answer = {"line": number, "status": "failed", "problem": _SEND_AGAIN}
        else:
            answer = {"line": number, "status": "accepted", "application_id": became.application_id}
        return orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE)

    def _summary(self) -> bytes:
        names = ("accepted", "rejected", "failed")
        summary: dict[str, object] = {"lines": self._count.total(), **{name: self._count[name] for name in names}}
        told = [f"{_SEND_AGAIN}: the lines marked failed"] if self._away else []
        if self._broken:
            told.append(f"the lines after these were not read: {self._broken.detail}")
        if told:
            summary["problem"] = "; ".join(told)
        return orjson.dumps({"summary": summary}, option=orjson.OPT_APPEND_NEWLINE)


def _whole(problem: str) -> list[dict[str, str]]:
    return [{"field": "(whole)", "problem": problem}]
