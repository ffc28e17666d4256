"""Sends a drive through all three doors at once: single requests, bulk uploads, and Kafka."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

import httpx
from aiokafka.errors import KafkaError

from cohort.addresses import Addresses
from cohort.drive.http_doors import NotNow, OutOfStep, client, post_many, post_one
from cohort.drive.kafka_door import KafkaDoor
from cohort.drive.naming import content, name
from cohort.drive.sent import Accepted, Answer, Channel, Logged, Sent, Unsent
from hiring.faults import backoff

SINGLES_AT_A_TIME = 32
UPLOADS_AT_A_TIME = 2
UPLOAD_LINES = 5_000
KAFKA_LINES = 1_000

# Of ten lines in a row one goes alone, five go in bulk and four go to Kafka.
MIXED = (Channel.SINGLE, *(Channel.BULK, Channel.KAFKA) * 4, Channel.BULK)

Numbered = tuple[int, bytes]
Queue = asyncio.Queue[Numbered | None]
OnProgress = Callable[[Sent], None]


@dataclass(slots=True)
class _Sending:
    sent: Sent
    on_progress: OnProgress
    intake_url: str
    kafka: KafkaDoor
    patience: float
    api_key: str | None
    answered: dict[bool, float] = field(default_factory=lambda: dict.fromkeys((True, False), monotonic()))
    """When HTTP (False) and Kafka (True) last answered anything."""

    def client(self) -> httpx.AsyncClient:
        """A client for one worker."""
        return client(self.intake_url, self.api_key)

    def note(self, numbered: Numbered, answer: Answer) -> None:
        index, line = numbered
        self.answered[isinstance(answer, Logged)] = monotonic()
        if isinstance(answer, Accepted) and answer.application_id != name(line).application_id:
            # Believing it would make the account follow another application's way.
            answer = Unsent(f"was answered as application {answer.application_id}, which it is not")
        self.sent.answer(index, answer)
        self.on_progress(self.sent)

    def give_up(self, index: int, why: str) -> None:
        self.sent.answer(index, Unsent(why))
        self.on_progress(self.sent)

    def tries(self, kafka: bool, share: float = 1.0) -> Iterator[float]:
        """The pause after each try, until the patience is used up: with this line, or with a door that is dead."""
        end = monotonic() + self.patience * share
        for pause in backoff(0.1, 2.0):
            yield pause
            if monotonic() >= min(end, self.answered[kafka] + self.patience):
                return


async def send(
    lines: Iterable[bytes],
    addresses: Addresses,
    on_progress: OnProgress = lambda _: None,
    *,
    turns: Sequence[Channel] = MIXED,
    patience: float = 60.0,
    api_key: str | None = None,
) -> Sent:
    """Send every line and return what became of each. No line raises: one that no door answers is Unsent.

    The lines go by the channels of `turns`, over and over. An empty line is counted and not sent.

    A busy or absent door is tried again for `patience` seconds, with growing pauses. `on_progress` is called
    with the growing result after every answer; it must be quick. Lines are read as fast as the doors take them.
    """
    queues = {channel: Queue(UPLOAD_LINES) for channel in Channel}
    async with KafkaDoor(addresses.kafka) as kafka:
        sending = _Sending(Sent(), on_progress, addresses.intake_url, kafka, patience, api_key)
        async with asyncio.TaskGroup() as group:
            group.create_task(_feed(lines, turns, sending.sent, queues))
            for _ in range(SINGLES_AT_A_TIME):
                group.create_task(_send_waiting(sending, queues[Channel.SINGLE]))
            filling = asyncio.Lock()
            for _ in range(UPLOADS_AT_A_TIME):
                uploads = _filled(queues[Channel.BULK], UPLOAD_LINES, filling)
                group.create_task(_each(uploads, partial(_send_bulk, sending)))
            group.create_task(_each(_waiting(queues[Channel.KAFKA], KAFKA_LINES), partial(_send_kafka, sending)))
    return sending.sent


async def _feed(lines: Iterable[bytes], turns: Sequence[Channel], sent: Sent, queues: dict[Channel, Queue]) -> None:
    for number, line in enumerate(lines):
        if line:
            channel = turns[len(sent) % len(turns)]
            await queues[channel].put((sent.add(channel, content(line), number + 1), line))
        if number % 50 == 0:
            # Putting into a queue with room does not let the others run; reading must not starve sending.
            await asyncio.sleep(0)
    for queue in queues.values():
        await queue.put(None)


async def _each(batches: AsyncIterator[list[Numbered]], act: Callable[[list[Numbered]], Awaitable[None]]) -> None:
    async for batch in batches:
        await act(batch)


async def _waiting(queue: Queue, most: int) -> AsyncIterator[list[Numbered]]:
    """Whatever waits, up to `most` lines at a time; the end mark is left for the next worker."""
    while (item := await queue.get()) is not None:
        batch = [item]
        while len(batch) < most and not queue.empty():
            item = queue.get_nowait()
            if item is None:
                queue.put_nowait(None)
                break
            batch.append(item)
        yield batch
    queue.put_nowait(None)


async def _filled(queue: Queue, size: int, filling: asyncio.Lock) -> AsyncIterator[list[Numbered]]:
    """Batches of exactly `size`, but for the last. Workers fill theirs one after another."""
    ended = False
    while not ended:
        batch: list[Numbered] = []
        async with filling:
            while len(batch) < size:
                item = await queue.get()
                if item is None:
                    queue.put_nowait(None)
                    ended = True
                    break
                batch.append(item)
        if batch:
            yield batch


async def _send_waiting(sending: _Sending, queue: Queue) -> None:
    async with sending.client() as http:
        async for (numbered,) in _waiting(queue, 1):
            await _send_single(sending, http, numbered)


async def _send_singly(sending: _Sending, lines: Iterable[Numbered]) -> None:
    async with sending.client() as http:
        for numbered in lines:
            await _send_single(sending, http, numbered)


async def _send_single(sending: _Sending, http: httpx.AsyncClient, numbered: Numbered) -> None:
    index, line = numbered
    why = ""
    for pause in sending.tries(kafka=False):
        try:
            sending.note(numbered, await post_one(http, line))
            return
        except NotNow as error:
            why = str(error)
            await asyncio.sleep(max(pause, min(error.after, 5.0)))
    sending.give_up(index, why)


async def _send_bulk(sending: _Sending, lines: Sequence[Numbered]) -> None:
    """Upload; what failed or got no answer is uploaded again, and at the end of the patience each on its own."""
    open_ = list(lines)
    for pause in sending.tries(kafka=False, share=0.25):
        open_, after = await _upload(sending, open_)
        if not open_:
            return
        await asyncio.sleep(max(pause, min(after, 5.0)))
    # One line may be what breaks every upload: alone, it harms no other.
    pending = iter(open_)
    async with asyncio.TaskGroup() as group:
        for _ in range(SINGLES_AT_A_TIME):
            group.create_task(_send_singly(sending, pending))


async def _upload(sending: _Sending, lines: Sequence[Numbered]) -> tuple[list[Numbered], float]:
    """Upload once; return the lines that are still open, and the pause in seconds that the door asks for."""
    failed: list[Numbered] = []
    unanswered = iter(lines)
    after = 0.0
    try:
        async with (
            sending.client() as http,
            aclosing(post_many(http, [line for _, line in lines])) as answers,
        ):
            async for answer in answers:
                if (numbered := next(unanswered, None)) is None:
                    break
                if isinstance(answer, NotNow):
                    failed.append(numbered)
                else:
                    sending.note(numbered, answer)
    except NotNow as error:
        after = error.after
    except OutOfStep as error:
        for index, _ in unanswered:
            sending.give_up(index, str(error))
    return [*failed, *unanswered], after


async def _send_kafka(sending: _Sending, lines: Sequence[Numbered]) -> None:
    open_ = list(lines)
    why: KafkaError | None = None
    for pause in sending.tries(kafka=True):
        again: list[Numbered] = []
        for numbered, answer in zip(open_, await sending.kafka.send([line for _, line in open_]), strict=True):
            if isinstance(answer, KafkaError):
                why = answer
                again.append(numbered)
            else:
                sending.note(numbered, answer)
        if not again:
            return
        open_ = again
        await asyncio.sleep(pause)
    for index, _ in open_:
        sending.give_up(index, type(why).__name__)
