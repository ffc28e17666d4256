"""The client for programs with asyncio."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TypeVar

import httpx
import stamina

from cohort_client import protocol
from cohort_client.bulk import UPLOAD_BYTES, UPLOAD_LINES, Counting, Cutter, OnProgress, Part, Result, Upload
from cohort_client.intake import Intake
from cohort_client.protocol import Encoding, Erasure, Receipt, Request, Submittable, Withdrawal
from cohort_client.retrying import LIMITS, RETRIED, give_up, retrying_async
from cohort_client.table import TableReading, opened

T = TypeVar("T")


class AsyncClient:
    """As `Client`, with the same methods to await; `submit_many` can have several uploads on their way at once."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeout: float = 60.0,
        patience: float = 60.0,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._intake = Intake(base_url, api_key, timeout, patience)
        self._own = http is None
        self._http = http or httpx.AsyncClient(timeout=self._intake.timeout)

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        if self._own:
            await self._http.aclose()

    async def submit(self, application: Submittable) -> Receipt:
        """Send one application; return when Kafka has it. Bytes are taken for its JSON."""
        return await self._post(protocol.submit(application), protocol.receipt)

    async def withdraw(self, source: str, external_id: str, at: datetime | None = None) -> Withdrawal:
        """Withdraw an application, whether it is known or not; `at` is when the candidate asked, by default now."""
        return await self._post(protocol.withdraw(source, external_id, at), protocol.withdrawal)

    async def erase(self, email: str, at: datetime | None = None) -> Erasure:
        """Forget a person in all sources; `at` is when they asked, by default now."""
        return await self._post(protocol.erase(email, at), protocol.erasure)

    async def submit_many(
        self,
        applications: Iterable[Submittable] | AsyncIterable[Submittable],
        *,
        on_progress: OnProgress = lambda _: None,
        upload_lines: int = UPLOAD_LINES,
        upload_bytes: int = UPLOAD_BYTES,
        uploads_at_once: int = 1,
    ) -> AsyncGenerator[Result, None]:
        """Send any number, and yield what became of each, in order.

        What failed or broke off is sent again. It ends when every application was answered; otherwise it raises, as
        Unavailable with the `index` to go on from. With more than one upload at once it is faster, and a correction
        may overtake what it corrects: use that where no application comes twice. As many uploads are in memory.
        Whoever leaves the loop early closes it (`contextlib.aclosing`).
        """
        note = Counting(on_progress)
        under_way: deque[asyncio.Task[list[Result]]] = deque()
        try:
            async with aclosing(_parts(applications, Cutter(upload_lines, upload_bytes))) as parts:
                async for part in parts:
                    under_way.append(asyncio.create_task(self._upload(part, note)))
                    if len(under_way) >= max(1, uploads_at_once):
                        for result in await under_way[0]:
                            yield result
                        under_way.popleft()
            while under_way:
                for result in await under_way[0]:
                    yield result
                under_way.popleft()
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def submit_table(
        self,
        file: str | Path | BinaryIO,
        *,
        mapping: Mapping[str, Any] | None = None,
        source: str | None = None,
        programme: str | None = None,
        encoding: Encoding = "utf-8",
    ) -> AsyncGenerator[Result, None]:
        """Send a CSV file with a header row, and yield what became of each row, by the line it begins on.

        `mapping` says which column is which field (docs/integrate.md). A table that broke off is sent again from its
        beginning, and each row told once; an open file must be seekable.
        """
        request = protocol.table(mapping, source, programme, encoding)
        patience, reading = self._intake.patience(), TableReading()
        with opened(file) as rows:
            try:
                async for attempt in stamina.retry_context(patience, **LIMITS):
                    with attempt:
                        async with self._answer(request, _in_a_thread(reading.begin(rows))) as chunks:
                            async for chunk in chunks:
                                for result in reading.feed(chunk):
                                    yield result
                                    # What the caller did with it meanwhile is no waiting for intake.
                                    patience.progress()
                        reading.end()
            except RETRIED as error:
                give_up(error)

    async def _upload(self, part: Part, note: Counting) -> list[Result]:
        patience = self._intake.patience()
        upload = Upload(part, patience.noting(note))
        while upload.open:
            try:
                await retrying_async(patience, self._send, upload)
            except RETRIED as error:
                give_up(error, part.first)
        return upload.results()

    async def _send(self, upload: Upload) -> None:
        try:
            with upload.sending():
                async with self._answer(protocol.upload(upload.body())) as chunks:
                    async for chunk in chunks:
                        upload.feed(chunk)
        except RETRIED:
            # Where each line was answered, only the summary is lost.
            if upload.open:
                raise

    async def _post(self, request: Request, read: Callable[[bytes], T]) -> T:
        try:
            return await retrying_async(self._intake.patience(), self._once, request, read)
        except RETRIED as error:
            give_up(error)

    async def _once(self, request: Request, read: Callable[[bytes], T]) -> T:
        async with self._answer(request) as chunks:
            return read(b"".join([chunk async for chunk in chunks]))

    @asynccontextmanager
    async def _answer(
        self, request: Request, body: AsyncIterator[bytes] | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The answer's body as it comes, where the request was taken."""
        url, headers = self._intake.url(request), self._intake.headers(request)
        async with self._http.stream("POST", url, headers=headers, content=request.body or body) as response:
            if not response.is_success:
                protocol.check(response.status_code, response.headers, await response.aread())
            yield response.aiter_bytes()


async def _parts(
    applications: Iterable[Submittable] | AsyncIterable[Submittable], cutter: Cutter
) -> AsyncGenerator[Part, None]:
    if isinstance(applications, AsyncIterable):
        async for application in applications:
            for part in cutter.add(application):
                yield part
    else:
        for application in applications:
            for part in cutter.add(application):
                yield part
    for part in cutter.end():
        yield part


async def _in_a_thread(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(next, chunks, b""):
        yield chunk
