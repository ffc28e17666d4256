"""Traces of single applications, from the door to the relay's answer; OpenTelemetry, W3C Trace Context on records.

An application is traced or not as its door says (`trace_ratio`, or who sends it); a record of one that is carries the
header `traceparent`, and whoever reads it adds spans. Spans are exported in the background: a collector that is away
costs spans, never work. A span names the application by its id and holds no personal data.

Source of the header: W3C Trace Context, section 3.2.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from hiring.events.envelope import Headers, Outgoing
from hiring.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

    from hiring.consumer.step import Received

HEADER = "traceparent"
_STOP_SECONDS = 5.0
_W3C = TraceContextTextMapPropagator()
Key = TypeVar("Key")
Attributes = Mapping[str, AttributeValue]


class Traces:
    """Makes one service's spans. Where tracing is off there is none of it, and nobody looks at a header."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def begin(
        self,
        name: str,
        parent: str | None,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        began: int | None = None,
        links: Sequence[str] = (),
        attributes: Attributes | None = None,
    ) -> Span:
        """A span under `parent`; without one that can be read, the first of a trace, if it falls to it to be one.

        `began` is when, in nanoseconds since 1970; without it, now. `links` are traceparents too.
        """
        linked = [Link(span.get_span_context()) for span in map(remote, links) if span is not None]
        return self._tracer.start_span(
            name, _context(parent), kind=kind, start_time=began, links=linked, attributes=attributes
        )

    def within(self, name: str, *, kind: SpanKind, attributes: Attributes | None = None) -> Span:
        """A span under the current one."""
        return self._tracer.start_span(name, kind=kind, attributes=attributes)

    def done(self, name: str, parent: str, began: int, *, kind: SpanKind, attributes: Attributes) -> str:
        """The traceparent of a span under a sampled `parent` that began at `began` and has ended now."""
        span = self.begin(name, parent, kind=kind, began=began, attributes=attributes)
        span.end()
        return traceparent(span) or parent


class Followed(Generic[Key]):
    """The traces that a batch's events belong to, by what `key` makes of an event; None for one that has none."""

    def __init__(self, key: "Callable[[Received], Key | None]") -> None:
        self._key = key
        self.began = time.time_ns()
        self.records = 0
        self.parents: dict[Key, str] = {}

    def __bool__(self) -> bool:
        """Whether any of them is traced."""
        return bool(self.parents)

    def through(self, batch: "Iterable[Received]") -> "Iterator[Received]":
        """The same batch; the traces are known of each event once it was let through."""
        for received in batch:
            self.records += 1
            parent = sampled_in(received.record.headers)
            if parent is not None and (key := self._key(received)) is not None:
                self.parents[key] = parent
            yield received


def current(span: Span) -> contextlib.AbstractContextManager[Span]:
    """The span is the current one inside the block. An exception leaves no trace in it: its text may quote a person."""
    return trace.use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False)


def traceparent(span: Span) -> str | None:
    """What a record carries so that its reader goes on from `span`; None where that is not sampled."""
    context = span.get_span_context()
    return _named(span) if context.is_valid and context.trace_flags.sampled else None


def carrying(record: Outgoing, parent: str) -> Outgoing:
    """The record with the header that names its trace."""
    return record._replace(headers=(*record.headers, (HEADER, parent.encode())))


def remote(parent: str) -> Span | None:
    """The span that a traceparent names, to be linked to or gone on from; None where it names none."""
    span = trace.get_current_span(_context(parent))
    return span if span.get_span_context().is_valid else None


def parent_in(headers: Headers) -> str | None:
    """The traceparent in a record's headers, sampled or not, where it can be read; of a repeated one the last.

    It is written anew: a later version's may go on with anything, and this one is stored and handed on.
    """
    span = _span_in(headers)
    return None if span is None else _named(span)


def sampled_in(headers: Headers) -> str | None:
    """The same, of a record whose trace is sampled."""
    span = _span_in(headers)
    return None if span is None else traceparent(span)


def _span_in(headers: Headers) -> Span | None:
    found = None
    for name, value in headers:
        if name == HEADER:
            found = value
    return None if found is None else remote(found.decode("latin-1"))


def _named(span: Span) -> str:
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def _context(parent: str | None) -> Context:
    """The context of a remote span; an empty one where none can be read."""
    return Context() if parent is None else _W3C.extract({HEADER: parent}, Context())


@contextlib.asynccontextmanager
async def exporting(service: str, settings: Settings) -> AsyncIterator[Traces | None]:
    """Spans of `service` go to the endpoint of the settings inside the block; None where tracing is off.

    On leaving, what waits is sent, for five seconds at most.
    """
    if not settings.trace_ratio:
        yield None
        return
    # These cost a tenth of a second and some megabytes, which nobody pays who traces nothing.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    endpoint = settings.trace_endpoint
    assert endpoint is not None
    whole = str(endpoint) if endpoint.path not in (None, "/") else f"{str(endpoint).rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(endpoint=whole)
    processor = BatchSpanProcessor(exporter, schedule_delay_millis=1000)
    try:
        yield traces(service, settings.trace_ratio, processor)
    finally:
        # A thread of its own, which dies with the process: it waits for a collector longer than we do.
        stopping = threading.Thread(target=processor.shutdown, name="traces-stop", daemon=True)
        stopping.start()
        await asyncio.to_thread(stopping.join, _STOP_SECONDS)


def traces(service: str, ratio: float, processor: "SpanProcessor") -> Traces:
    """Traces `ratio` of what begins here, and whatever was sampled before it came."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(ratio),
        resource=Resource.create({"service.name": service, "service.namespace": "cohort"}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(processor)
    return Traces(provider.get_tracer("cohort"))
