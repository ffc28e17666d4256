"""Traces that end in memory."""

from collections.abc import Iterator, Sequence
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hiring.tracing import Traces, traces

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"


class Kept:
    """What a service's spans are, in the order in which they ended."""

    def __init__(self, ratio: float = 1.0) -> None:
        self._exporter = InMemorySpanExporter()
        self.traces: Traces = traces("test", ratio, SimpleSpanProcessor(self._exporter))

    def spans(self) -> Sequence[ReadableSpan]:
        return self._exporter.get_finished_spans()

    def named(self) -> list[str]:
        return [span.name for span in self.spans()]

    def texts(self) -> Iterator[str]:
        """Everything that the spans say."""
        for span in self.spans():
            yield span.to_json()


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


def id_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.span_id:016x}"


def parent_of(span: ReadableSpan) -> str | None:
    return None if span.parent is None else f"{span.parent.span_id:016x}"


def carried(headers: Any) -> tuple[str, str] | None:
    """The trace and the span that a record names; it is sampled."""
    found = dict(headers).get("traceparent")
    if found is None:
        return None
    _, trace, span, flags = found.decode().split("-")
    assert int(flags, 16) & 1
    return trace, span


def named_by(span: ReadableSpan) -> tuple[str, str]:
    return trace_of(span), id_of(span)
