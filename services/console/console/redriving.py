"""Settles dead letters as a command says: gives them to their services once more, or leaves them for good.

    barrier ──► letters, as the read model has them ──► their records ──► hiring.redriven.SERVICE ──► hiring.answers
                                                                           (these first)         (then: settled)

What is settled is told letter by letter, a portion at a time, before the next ones are looked at: whoever is killed
anywhere and obeys again goes on where it was, and gives at most one portion twice. The barrier makes the read model
tell of all of it: nothing is looked at before it has read what the topics held when the command was taken up.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from console.core.settling import OPEN, Obstacle, Stands, Told, about, note, obstacle, places, refusal, stranger
from console.dead_letter_log import DeadLetterLog
from console.store.settling import Behind, Letter, Look, Partition, SettlingReading, Spot
from hiring.consumer.record import Record
from hiring.events import SETTLEMENT_RECORDED
from hiring.events.answer import CommandAnswered, SettlementRecorded
from hiring.events.command import DeadLetterGroup, DeadLettersSettled
from hiring.events.dead_letter import COMMAND_ID, LETTER_OFFSET, LETTER_PARTITION, DeadLetter
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.events.reading import Flaw
from hiring.identity import event_id
from hiring.publishing import Publisher
from hiring.settings import Settings
from hiring.topics import ANSWERS, APPLICATIONS, DEAD_LETTERS, DECISIONS, redriven

SERVICE, SOURCE, KEY = "console", "/cohort/console", b"dead-letters"
PAGE = 200
_LOOK_SECONDS = 0.05
R = TypeVar("R")


class Patience(NamedTuple):
    """Seconds to wait for the read model, and of those, how many to wait for applications and decisions: a compacted
    topic may end in offsets without a record, which nobody ever reads."""

    behind: float = 60.0
    compacted: float = 15.0


USUAL = Patience()


class Partitions(Protocol):
    """What knows the partitions of a topic: a producer."""

    async def partitions_for(self, topic: str) -> set[int]: ...


class Refused(Exception):
    """The command is not obeyed; the text says why and what to do."""


class Redriving:
    """Obeys DeadLettersSettled. Raises what the broker and the database do; doing it again then goes on."""

    def __init__(
        self,
        settings: Settings,
        reading: SettlingReading,
        publisher: Publisher,
        topics: Partitions,
        patience: Patience = USUAL,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._reading = reading
        self._publisher = publisher
        self._topics = topics
        self._patience = patience
        self._now = now

    async def obey(self, command: DeadLettersSettled) -> CommandAnswered:
        """Obey, or give back what became of it the first time."""
        async with DeadLetterLog(self._settings) as log:
            try:
                ends = await self._barrier(command, log)
                before = await self._look(ends, lambda look: look.answer(command.command_id, SERVICE))
                return before or self.answer(command, note=await self._settle(command, log, ends))
            except Refused as why:
                return self.answer(command, refusal=str(why))

    def answer(
        self, command: DeadLettersSettled, *, refusal: str | None = None, note: str | None = None
    ) -> CommandAnswered:
        """What the console answers now."""
        return CommandAnswered(
            command_id=command.command_id, service=SERVICE, refusal=refusal, note=note, answered_at=self._now()
        )

    # -- what the read model says --------------------------------------------------------------------------

    async def _barrier(self, command: DeadLettersSettled, log: DeadLetterLog) -> dict[Partition, int]:
        """How far the read model must have read, and has. Who discards overwrites nothing, and asks no application."""
        ends = await self._ends(log, DEAD_LETTERS, ANSWERS)
        if command.then == "redrive":
            compacted = await self._ends(log, APPLICATIONS, DECISIONS)
            try:
                await self._look(ends | compacted, _nothing, self._patience.compacted)
                return ends | compacted
            except Refused:
                pass
        await self._look(ends, _nothing)
        return ends

    async def _ends(self, log: DeadLetterLog, *topics: str) -> dict[Partition, int]:
        return await log.ends([(it, number) for it in topics for number in await self._topics.partitions_for(it)])

    async def _look(
        self, ends: dict[Partition, int], ask: Callable[[Look], Awaitable[R]], seconds: float | None = None
    ) -> R:
        clock = asyncio.get_running_loop().time
        until = clock() + (self._patience.behind if seconds is None else seconds)
        while True:
            try:
                async with self._reading.as_of(ends) as look:
                    return await ask(look)
            except Behind:
                if clock() > until:
                    why = "the console has not read the topics up to now, as while its read model is made anew"
                    again = "ask again when it has; what was settled until then stays so"
                    raise Refused(f"{why}: its first page and /readyz say so; {again}") from None
            await asyncio.sleep(_LOOK_SECONDS)

    # -- the letters ---------------------------------------------------------------------------------------

    async def _settle(self, command: DeadLettersSettled, log: DeadLetterLog, ends: dict[Partition, int]) -> str:
        """Settle the letters; what to know of it. Raises Refused where none was."""
        left: Counter[Obstacle] = Counter()
        done = await self._look(ends, lambda look: look.settled_by(command.command_id))
        async for page in self._pages(command, ends):
            if command.then == "discard":
                await self._record(command, [letter.spot for letter in page])
                done += len(page)
            else:
                done += await self._redrive(command, page, log, ends, left)
        left = +left
        if not done:
            raise Refused(refusal(left) if left else "there is no open dead letter of this topic and reason")
        return note(command.then, done, left)

    async def _pages(self, command: DeadLettersSettled, ends: dict[Partition, int]) -> AsyncIterator[list[Letter]]:
        if command.letter is not None:
            spot = command.letter.partition, command.letter.offset
            letter = await self._look(ends, lambda look: look.letter(spot))
            if letter is None:
                raise Refused("there is no such dead letter: `cohort dlq list` shows those there are")
            if letter.state == OPEN:
                yield [letter]
            elif letter.command_id != command.command_id:
                raise Refused(f"it is {letter.state} already")
            return
        group, after = command.group, (-1, -1)
        assert group is not None
        while page := await self._look(ends, _page(group, after)):
            yield page
            after = page[-1].spot

    async def _redrive(
        self,
        command: DeadLettersSettled,
        page: Sequence[Letter],
        log: DeadLetterLog,
        ends: dict[Partition, int],
        left: Counter[Obstacle],
    ) -> int:
        """Give these to their services once more; how many. The others are counted in `left`."""
        spots = [letter.spot for letter in page if not stranger(letter.consumer)]
        missing, done = set(spots), 0
        left[Obstacle.NOBODY] += len(page) - len(spots)
        async for records in log.portions(spots):
            missing -= {_spot(record) for record in records}
            whose = {_spot(record): about(record) for record in records}
            asked = {it.application_id for it in whose.values() if it is not None}
            stands = await self._look(ends, _stands(asked))
            given = []
            for record in records:
                it = whose[_spot(record)]
                if (why := _obstacle(record, it, stands)) is None:
                    given.append(record)
                else:
                    left[why] += 1
            await self._publisher.publish([_again(record, command) for record in given])
            await self._record(command, [_spot(record) for record in given])
            done += len(given)
        left[Obstacle.GONE] += len(missing)
        return done

    async def _record(self, command: DeadLettersSettled, spots: Sequence[Spot]) -> None:
        """Tell that these are settled. Only then are they: the read model marks them by nothing else."""
        if not spots:
            return
        asked = command.model_dump(include={"command_id", "then", "by", "why", "at"})
        told = SettlementRecorded(**asked, letters=places(spots))
        id_ = event_id(command.command_id, repr(spots).encode())
        headers = cloudevent_headers(SETTLEMENT_RECORDED, id_, SOURCE, self._now(), str(command.command_id))
        await self._publisher.publish([Outgoing(ANSWERS, KEY, told.model_dump_json().encode(), headers)])


def _again(record: Record, command: DeadLettersSettled) -> Outgoing:
    """The dead letter as its service gets it once more: unchanged, but for which letter and command that is by. Who
    gave it is told elsewhere. Where it fails again, the new letter says so too."""
    by = {COMMAND_ID: command.command_id, LETTER_PARTITION: record.partition, LETTER_OFFSET: record.offset}
    headers = [it for it in record.headers if it[0] not in by]
    headers += [(name, str(told).encode()) for name, told in by.items()]
    return Outgoing(redriven(DeadLetter.of(record.headers).group), record.key, record.value, headers)


def _obstacle(letter: Record, it: Told | None, stands: Mapping[UUID, Stands]) -> Obstacle | None:
    if DeadLetter.of(letter.headers).flaw == Flaw.FORGOTTEN:
        return Obstacle.ERASED
    return None if it is None else obstacle(it, stands.get(it.application_id))


def _page(group: DeadLetterGroup, after: Spot) -> Callable[[Look], Awaitable[list[Letter]]]:
    return lambda look: look.open_of(group, after, PAGE)


def _stands(applications: set[UUID]) -> Callable[[Look], Awaitable[dict[UUID, Stands]]]:
    return lambda look: look.stands(applications)


def _spot(record: Record) -> Spot:
    return record.partition, record.offset


async def _nothing(_: Look) -> None:
    return None
