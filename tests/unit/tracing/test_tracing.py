"""Spans of what is sampled, the header that carries them on, and work that never waits for a collector."""

import json
import logging
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.trace import SpanKind
from pydantic import HttpUrl

from hiring import logs, tracing
from hiring.consumer import Received
from hiring.events.envelope import Outgoing
from hiring.settings import Settings, load
from hiring.tracing import Followed

from .traced import SAMPLED, SPAN, TRACE, UNSAMPLED, Kept, carried, id_of, named_by, parent_of, trace_of


def received(n: int, *headers: tuple[str, bytes | None]) -> Received:
    record: Any = SimpleNamespace(headers=(("ce_id", b"1"), *headers))
    return Received(n, record)  # type: ignore[arg-type]


def test_a_batch_is_let_through_and_only_what_is_sampled_is_followed() -> None:
    followed: Followed[Any] = Followed(lambda it: None if it.event == 5 else it.event)  # type: ignore[comparison-overlap]
    batch = [
        received(1, ("traceparent", SAMPLED.encode())),
        received(2, ("traceparent", UNSAMPLED.encode())),
        received(3),
        received(4, ("traceparent", b"\xff"), ("traceparent", None)),
        received(5, ("traceparent", SAMPLED.encode())),
        received(6, ("traceparent", f"00-{'0' * 32}-{SPAN}-01".encode())),
    ]
    assert list(followed.through(batch)) == batch
    assert (followed.parents, followed.records) == ({1: SAMPLED}, 6)
    assert followed
    assert not Followed(lambda _: 1)


def test_what_is_handed_on_is_a_traceparent_and_nothing_beside_it() -> None:
    later = f" 01-{TRACE}-{SPAN}-01-Li Na".encode()
    assert tracing.sampled_in([("traceparent", later)]) == tracing.parent_in([("traceparent", later)]) == SAMPLED


def test_a_span_goes_on_from_its_parent_and_is_carried_on() -> None:
    kept = Kept(ratio=0.0)
    began = time.time_ns() - 5_000_000
    onward = kept.traces.done("decide", SAMPLED, began, kind=SpanKind.CONSUMER, attributes={"records": 2})
    (span,) = kept.spans()
    assert (trace_of(span), parent_of(span)) == (TRACE, SPAN), "parent-based: our own ratio does not matter"
    assert carried([("traceparent", onward.encode())]) == named_by(span)
    assert span.start_time == began
    record = tracing.carrying(Outgoing("t", b"k", b"v", (("ce_id", b"1"),)), onward)
    assert tracing.sampled_in(record.headers) == onward
    assert record.headers[0] == ("ce_id", b"1")


@pytest.mark.parametrize("parent", [None, "", "nonsense", "00-1-2-01", f"ff-{TRACE}-{SPAN}-01"])
@pytest.mark.parametrize(("ratio", "sampled"), [(1.0, True), (0.0, False)])
def test_without_a_parent_that_can_be_read_a_trace_begins_by_the_ratio(
    parent: str | None, ratio: float, sampled: bool
) -> None:
    kept = Kept(ratio)
    span = kept.traces.begin("accept", parent)
    span.end()
    assert (tracing.traceparent(span) is not None) is sampled
    assert len(kept.spans()) == sampled


async def test_where_it_is_off_there_is_nothing_of_it() -> None:
    async with tracing.exporting("test", Settings()) as traces:
        assert traces is None


def test_nor_is_what_makes_spans_even_imported() -> None:
    code = "import hiring.tracing, sys; print('opentelemetry.sdk' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


async def test_a_collector_that_is_away_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "_STOP_SECONDS", 0.5)
    settings = Settings(trace_ratio=1, trace_endpoint=HttpUrl("http://127.0.0.1:9/v1/traces"))
    begun = time.monotonic()
    async with tracing.exporting("test", settings) as traces:
        assert traces is not None
        for _ in range(5000):
            traces.begin("accept", None).end()
        took = time.monotonic() - begun
    assert took < 5
    assert time.monotonic() - begun < took + 2, "a service that stops does not wait for it"


@pytest.mark.parametrize("endpoint", [None, "collector"])
def test_a_ratio_needs_somewhere_to_send_to(endpoint: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIRING_TRACE_RATIO", "0.01")
    if endpoint is not None:
        monkeypatch.setenv("HIRING_TRACE_ENDPOINT", endpoint)
    with pytest.raises(SystemExit, match="HIRING_TRACE_ENDPOINT"):
        load(Settings)


def test_a_line_within_a_span_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    kept, root = Kept(), logging.getLogger()
    before = root.handlers, root.level
    try:
        logs.configure("test")
        span = kept.traces.begin("send", SAMPLED)
        with pytest.raises(ValueError), tracing.current(span):
            logging.getLogger("hiring").warning("within")
            raise ValueError("Ada Lovelace")
        logging.getLogger("hiring").warning("without")
        span.end()
        within, without = map(json.loads, capsys.readouterr().err.splitlines())
    finally:
        root.handlers, root.level = before
    assert within["trace_id"] == TRACE
    assert within["span_id"] == id_of(kept.spans()[0])
    assert "trace_id" not in without
    assert "Ada" not in "".join(kept.texts()), "an exception's text may quote a person"
