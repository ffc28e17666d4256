"""The client for programs without asyncio."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
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
from cohort_client.retrying import LIMITS, RETRIED, give_up, retrying
from cohort_client.table import TableReading, opened

T = TypeVar("T")


class Client:
    """Sends to one intake, for one source. Close it, or use it in a `with`.

    `base_url` is intake's address; `api_key` is needed where the operators gave you one. `timeout` is the seconds
    that one answer may take, `patience` the seconds in which the same is sent again after faults of the network
    and after 429 and 5xx. `http` is for a proxy or certificates of your own; whoever gives it closes it.

    Every method raises NotAllowed, Rejected, TooLarge, Unavailable or Unexpected, all of them CohortErrors.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeout: float = 60.0,
        patience: float = 60.0,
        http: httpx.Client | None = None,
    ) -> None:
        self._intake = Intake(base_url, api_key, timeout, patience)
        self._own = http is None
        self._http = http or httpx.Client(timeout=self._intake.timeout)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if self._own:
            self._http.close()

    def submit(self, application: Submittable) -> Receipt:
        """Send one application; return when Kafka has it. Bytes are taken for its JSON."""
        return self._post(protocol.submit(application), protocol.receipt)

    def withdraw(self, source: str, external_id: str, at: datetime | None = None) -> Withdrawal:
        """Withdraw an application, whether it is known or not; `at` is when the candidate asked, by default now."""
        return self._post(protocol.withdraw(source, external_id, at), protocol.withdrawal)

    def erase(self, email: str, at: datetime | None = None) -> Erasure:
        """Forget a person in all sources; `at` is when they asked, by default now."""
        return self._post(protocol.erase(email, at), protocol.erasure)

    def submit_many(
        self,
        applications: Iterable[Submittable],
        *,
        on_progress: OnProgress = lambda _: None,
        upload_lines: int = UPLOAD_LINES,
        upload_bytes: int = UPLOAD_BYTES,
    ) -> Iterator[Result]:
        """Send any number, one upload after another, and yield what became of each, in order.

        What failed or broke off is sent again. It ends when every application was answered; otherwise it raises, as
        Unavailable with the `index` to go on from. No more than one upload is in memory.
        """
        note = Counting(on_progress)
        cutter = Cutter(upload_lines, upload_bytes)
        for application in applications:
            for part in cutter.add(application):
                yield from self._upload(part, note)
        for part in cutter.end():
            yield from self._upload(part, note)

    def submit_table(
        self,
        file: str | Path | BinaryIO,
        *,
        mapping: Mapping[str, Any] | None = None,
        source: str | None = None,
        programme: str | None = None,
        encoding: Encoding = "utf-8",
    ) -> Iterator[Result]:
        """Send a CSV file with a header row, and yield what became of each row, by the line it begins on.

        `mapping` says which column is which field (docs/integrate.md). A table that broke off is sent again from its
        beginning, and each row told once; an open file must be seekable.
        """
        request = protocol.table(mapping, source, programme, encoding)
        patience, reading = self._intake.patience(), TableReading()
        with opened(file) as rows:
            try:
                for attempt in stamina.retry_context(patience, **LIMITS):
                    with attempt, self._answer(request, reading.begin(rows)) as chunks:
                        for chunk in chunks:
                            for result in reading.feed(chunk):
                                yield result
                                # What the caller did with it meanwhile is no waiting for intake.
                                patience.progress()
                        reading.end()
            except RETRIED as error:
                give_up(error)

    def _upload(self, part: Part, note: Counting) -> list[Result]:
        patience = self._intake.patience()
        upload = Upload(part, patience.noting(note))
        while upload.open:
            try:
                retrying(patience, self._send, upload)
            except RETRIED as error:
                give_up(error, part.first)
        return upload.results()

    def _send(self, upload: Upload) -> None:
        try:
            with upload.sending(), self._answer(protocol.upload(upload.body())) as chunks:
                for chunk in chunks:
                    upload.feed(chunk)
        except RETRIED:
            # Where each line was answered, only the summary is lost.
            if upload.open:
                raise

    def _post(self, request: Request, read: Callable[[bytes], T]) -> T:
        try:
            return retrying(self._intake.patience(), self._once, request, read)
        except RETRIED as error:
            give_up(error)

    def _once(self, request: Request, read: Callable[[bytes], T]) -> T:
        with self._answer(request) as chunks:
            return read(b"".join(chunks))

    @contextmanager
    def _answer(self, request: Request, body: Iterator[bytes] | None = None) -> Iterator[Iterator[bytes]]:
        """The answer's body as it comes, where the request was taken."""
        url, headers = self._intake.url(request), self._intake.headers(request)
        with self._http.stream("POST", url, headers=headers, content=request.body or body) as response:
            if not response.is_success:
                protocol.check(response.status_code, response.headers, response.read())
            yield response.iter_bytes()
