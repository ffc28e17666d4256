"""A real OTLP/HTTP receiver for the spans of the pipeline's services."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Received(NamedTuple):
    """A span as it came; ids in hexadecimal, `raw` all that was sent of it."""

    service: str
    name: str
    trace: str
    span: str
    parent: str
    attributes: dict[str, str]
    raw: str


class Collector:
    """Keeps every span that it is sent. `url` is what services are told as their endpoint."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._spans: list[Received] = []

    def of(self, trace: str) -> dict[str, Received]:
        """The spans of a trace, by name."""
        return {it.name: it for it in list(self._spans) if it.trace == trace}

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            (service,) = [it.value.string_value for it in resource.resource.attributes if it.key == "service.name"]
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                attributes = {it.key: it.value.string_value or str(it.value.int_value) for it in span.attributes}
                ids = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
                self._spans.append(Received(service, span.name, *ids, attributes, str(span)))


@contextmanager
def collecting() -> Iterator[Collector]:
    """A receiver that listens inside the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
