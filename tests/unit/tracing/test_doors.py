"""At intake's doors a trace begins, or the caller's goes on; the application's record carries it, and nothing else."""

import copy
import json
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import httpx
import pytest
from opentelemetry.trace import StatusCode
from prometheus_client import CollectorRegistry

from hiring.consumer import Received
from hiring.events.submission import Submission
from hiring.health import Health
from hiring.topics import APPLICATIONS, SUBMISSIONS
from intake.api import create_app
from intake.consumer import IntakeStep
from intake.core.split import Accepted
from intake.metrics import DoorMetrics
from intake.openapi import EXAMPLE
from intake.outlet import Unavailable
from intake.settings import IntakeSettings
from intake.tracing import TracedDoors, TracedOutlet

from .traced import SAMPLED, SPAN, TRACE, UNSAMPLED, Kept, carried, id_of, named_by, parent_of, trace_of


class Doors:
    """The HTTP doors, traced, on an outlet that keeps what it is given."""

    def __init__(self, ratio: float = 1.0) -> None:
        self.kept, self.published, self.away = Kept(ratio), list[Accepted](), False
        registry, health = CollectorRegistry(), Health()
        settings = IntakeSettings(candidate_secret="a secret of the tests")
        outlet = TracedOutlet(self, self.kept.traces)
        app = create_app(settings, outlet, DoorMetrics(registry), health, registry)
        transport = httpx.ASGITransport(TracedDoors(app, self.kept.traces), raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://intake")

    async def publish(self, records: Any) -> None:
        await self.publish_all([records])

    async def publish_all(self, many: Any) -> None:
        if self.away:
            raise Unavailable
        self.published += many

    async def post(self, path: str, body: bytes, parent: str | None = None, kind: str = "application/json") -> int:
        headers = {"content-type": kind} | ({} if parent is None else {"traceparent": parent})
        return (await self._http.post(path, content=body, headers=headers)).status_code

    def headers(self) -> list[tuple[str, tuple[str, str] | None]]:
        """The topic of every record, and the trace and span that it names."""
        return [(it.topic, carried(it.headers)) for one in self.published for wave in one.waves for it in wave]


def body(external_id: str = "A-1") -> bytes:
    return json.dumps(copy.deepcopy(EXAMPLE) | {"external_id": external_id}).encode()


async def test_one_application_goes_on_in_its_callers_trace() -> None:
    doors = Doors(ratio=0.0)
    assert await doors.post("/v1/applications", body(), SAMPLED) == 202
    publish, accept = doors.kept.spans()
    assert [publish.name, accept.name] == ["intake publish", "intake accept"]
    assert {trace_of(publish), trace_of(accept)} == {TRACE}
    assert (parent_of(accept), parent_of(publish)) == (SPAN, id_of(accept))
    (one,) = doors.published
    assert accept.attributes == {
        "channel": "http",
        "application_id": one.application_id,
        "http.response.status_code": 202,
    }
    assert [told for topic, told in doors.headers() if topic == APPLICATIONS] == [named_by(publish)]
    assert {told for topic, told in doors.headers() if topic != APPLICATIONS} == {None}, "who applied is traced nowhere"
    said = "".join(doors.kept.texts())
    assert not any(word in said for word in (EXAMPLE["candidate"]["name"], EXAMPLE["candidate"]["email"], "A-1"))


@pytest.mark.parametrize(("ratio", "parent"), [(1.0, UNSAMPLED), (0.0, None)])
async def test_what_is_not_sampled_leaves_nothing(ratio: float, parent: str | None) -> None:
    doors = Doors(ratio)
    assert await doors.post("/v1/applications", body(), parent) == 202
    assert await doors.post("/v1/applications/bulk", body(), parent, "application/x-ndjson") == 200
    if ratio == 0.0:
        assert doors.kept.spans() == ()
        assert {told for _, told in doors.headers()} == {None}
    else:
        assert doors.kept.named() == ["intake accept"], "a line of an upload is sampled by itself"


async def test_each_line_of_an_upload_has_a_trace_of_its_own_that_links_to_the_callers() -> None:
    doors = Doors()
    lines = b"\n".join([body("1"), b"{}", body("2")])
    assert await doors.post("/v1/applications/bulk", lines, SAMPLED, "application/x-ndjson") == 200
    spans = doors.kept.spans()
    assert doors.kept.named() == ["intake accept"] * 2
    assert len({trace_of(span) for span in spans} | {TRACE}) == 3
    assert [[f"{link.context.trace_id:032x}" for link in span.links] for span in spans] == [[TRACE]] * 2
    assert [span.attributes["application_id"] for span in spans if span.attributes] == [
        one.application_id for one in doors.published
    ]
    assert [told for topic, told in doors.headers() if topic == APPLICATIONS] == list(map(named_by, spans))


async def test_a_broker_that_is_away_is_told_in_the_trace() -> None:
    doors = Doors()
    doors.away = True
    assert await doors.post("/v1/applications", body()) == 503
    publish, accept = doors.kept.spans()
    assert publish.status.status_code is StatusCode.ERROR
    assert accept.attributes is not None
    assert accept.attributes["http.response.status_code"] == 503


async def test_paths_that_name_a_persons_application_are_not_traced() -> None:
    doors = Doors()
    assert await doors.post("/v1/applications/campus-portal/ada@mail.example/withdraw", b"", SAMPLED) == 202
    assert doors.kept.spans() == ()


@pytest.mark.parametrize(("parent", "of"), [(SAMPLED, TRACE), (None, None), (UNSAMPLED, "")])
def test_a_submission_on_the_topic_passes_its_trace_on(parent: str | None, of: str | None) -> None:
    kept = Kept()
    metrics = DoorMetrics(CollectorRegistry())
    step = IntakeStep(b"a secret of sixteen", metrics, traces=kept.traces, deliveries=Mock(), erasures=Mock())
    headers = () if parent is None else (("traceparent", parent.encode()),)
    record: Any = SimpleNamespace(topic=SUBMISSIONS, timestamp=1_800_000_000_000, headers=headers)
    (accepted,) = step.plan([Received(Submission.model_validate(EXAMPLE), record)]).accepted
    (told,) = [carried(it.headers) for it in accepted.waves[1]]
    if of == "":
        assert (told, kept.spans()) == (None, ())
    else:
        (span,) = kept.spans()
        assert told == named_by(span)
        assert of is None or trace_of(span) == of


@pytest.mark.parametrize(
    ("path", "channel"),
    [("/v1/hooks/greenhouse/campus", "hook"), ("/v1/applications", "http"), ("/v1/candidates/erase", None)],
)
async def test_the_span_names_the_kind_of_door_and_nothing_of_its_path(path: str, channel: str | None) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    kept = Kept()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(TracedDoors(app, kept.traces))) as http:
        await http.post(f"http://intake{path}")
        await http.get(f"http://intake{path}")
    told = [span.attributes["channel"] for span in kept.spans() if span.attributes]
    assert told == ([] if channel is None else [channel])
    assert "campus" not in "".join(kept.texts())
