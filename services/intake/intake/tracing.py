"""Where traces begin: each application at its door, on its own, whether many come at once or not.

Only doors for applications are traced, by fixed names: other paths name people's applications.
"""

from collections.abc import Sequence

from opentelemetry.trace import Span, SpanKind, StatusCode, get_current_span
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hiring.consumer.record import Record
from hiring.tracing import HEADER, Traces, carrying, current, parent_in, remote, traceparent
from intake.core.split import Accepted
from intake.metrics import Channel
from intake.outlet import InWaves, Outlet, Unavailable

ACCEPT, PUBLISH = "intake accept", "intake publish"
_SINGLE, _BULK, _HOOKS = "/v1/applications", "/v1/applications/bulk", "/v1/hooks/"


class TracedDoors:
    """The doors, each request for one application within a span of its own; the caller's `traceparent` holds."""

    def __init__(self, app: ASGIApp, traces: Traces) -> None:
        self._app = app
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the doors do."""
        channel = _channel(scope)
        if channel is None:
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(HEADER.encode())
        parent = None if given is None else given.decode("latin-1")
        if channel == "bulk":
            # Its lines have traces of their own, which link to the caller's.
            caller = None if parent is None else remote(parent)
            with current(caller or get_current_span()):
                await self._app(scope, receive, send)
            return
        span = self._traces.begin(ACCEPT, parent, kind=SpanKind.SERVER, attributes={"channel": channel})

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                span.set_attribute("http.response.status_code", message["status"])
            await send(message)

        try:
            with current(span):
                await self._app(scope, receive, noting)
        finally:
            span.end()


class TracedOutlet:
    """The way out; the records of a traced application carry its trace on."""

    def __init__(self, outlet: Outlet, traces: Traces) -> None:
        self._outlet = outlet
        self._traces = traces

    async def publish(self, records: InWaves) -> None:
        """See Outlet."""
        accepting = get_current_span()
        if not isinstance(records, Accepted) or not accepting.is_recording():
            await self._outlet.publish(records)
            return
        accepting.set_attribute("application_id", records.application_id)
        span = self._traces.within(PUBLISH, kind=SpanKind.PRODUCER, attributes=_about(records))
        try:
            await self._outlet.publish(_carrying(records, span))
        except Unavailable:
            span.set_status(StatusCode.ERROR, "not acknowledged")
            raise
        finally:
            span.end()

    async def publish_all(self, many: Sequence[Accepted]) -> None:
        """See Outlet."""
        caller = traceparent(get_current_span())
        links = () if caller is None else (caller,)
        spans: list[Span] = []
        carried: list[Accepted] = []
        for accepted in many:
            told = {"channel": "bulk", **_about(accepted)}
            span = self._traces.begin(ACCEPT, None, kind=SpanKind.SERVER, links=links, attributes=told)
            if span.is_recording():
                spans.append(span)
            carried.append(_carrying(accepted, span))
        try:
            await self._outlet.publish_all(carried)
        except Unavailable:
            for span in spans:
                span.set_status(StatusCode.ERROR, "not acknowledged")
            raise
        finally:
            for span in spans:
                span.end()


def from_topic(traces: Traces, accepted: Accepted, record: Record, began: int) -> Accepted:
    """What a submission on the topic became; its trace goes on, or begins. `began` in nanoseconds since 1970."""
    told = {"channel": "kafka", **_about(accepted)}
    parent = parent_in(record.headers)
    span = traces.begin(ACCEPT, parent, kind=SpanKind.CONSUMER, began=began, attributes=told)
    span.end()
    return _carrying(accepted, span)


def _channel(scope: Scope) -> Channel | None:
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    path: str = scope["path"]
    if path.startswith(_HOOKS):
        return "hook"
    return {_SINGLE: "http", _BULK: "bulk"}.get(path)  # type: ignore[return-value]


def _about(accepted: Accepted) -> dict[str, str]:
    return {"application_id": accepted.application_id}


def _carrying(accepted: Accepted, span: Span) -> Accepted:
    """With the header on the application's record, which is what is decided on."""
    parent = traceparent(span)
    if parent is None:
        return accepted
    people, applications = accepted.waves
    return accepted._replace(waves=(people, tuple(carrying(record, parent) for record in applications)))
