"""POST /v1/applications as a CloudEvent, written by the CloudEvents SDK and by hand."""

import base64
import json
from typing import Any

import pytest
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

TYPE = "hiring.submission.made.v1"
URL = "/v1/applications"
ATTRIBUTES = {"ce-specversion": "1.0", "ce-type": TYPE, "ce-source": "/hr", "ce-id": "1"}
STRUCTURED = {"content-type": "application/cloudevents+json; charset=utf-8"}


def envelope(application: Any, **changes: Any) -> dict[str, Any]:
    event = {"specversion": "1.0", "type": TYPE, "source": "/hr", "id": "1", "data": application()} | changes
    return {name: value for name, value in event.items() if value is not None}


@pytest.mark.parametrize("mode", [to_binary, to_structured])
async def test_events_of_the_sdk(doors: Any, application: Any, mode: Any) -> None:
    attributes = {"type": TYPE, "source": "/hr", "id": "1", "datacontenttype": "application/json"}
    message = mode(CloudEvent(attributes, application()), JSONFormat())
    response = await doors.http.post(URL, content=message.body, headers=dict(message.headers))
    plain = await doors.http.post(URL, json=application())
    assert response.status_code == 202
    assert response.json() == plain.json(), "the same application, whatever it comes in"


async def test_data_in_base64(doors: Any, application: Any) -> None:
    data = base64.b64encode(json.dumps(application()).encode()).decode()
    event = envelope(application, data=None, data_base64=data, datacontenttype="application/json; charset=utf-8")
    assert (await doors.http.post(URL, json=event, headers=STRUCTURED)).status_code == 202


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "hiring.submission.made.v2"}, "type"),
        ({"specversion": "0.3"}, "specversion"),
        ({"id": None}, "id"),
        ({"source": ""}, "source"),
        ({"datacontenttype": "text/xml"}, "datacontenttype"),
        ({"data": None}, "(whole)"),
        ({"data": {"source": "x"}}, "data.external_id"),
        ({"data": None, "data_base64": "e30="}, "external_id"),
    ],
)
async def test_what_is_wrong_with_an_event_is_named(doors: Any, application: Any, changes: Any, field: str) -> None:
    response = await doors.http.post(URL, json=envelope(application, **changes), headers=STRUCTURED)
    assert response.status_code == 422
    assert field in {error["field"] for error in response.json()["errors"]}
    assert doors.outlet.published == []


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
async def test_a_header_that_is_missing_or_wrong(doors: Any, application: Any, name: str) -> None:
    lacking = {header: value for header, value in ATTRIBUTES.items() if header != name}
    for headers in (lacking, ATTRIBUTES | {name: ""}):
        response = await doors.http.post(URL, json=application(), headers=headers)
        assert response.status_code == 422
        assert [error["field"] for error in response.json()["errors"]] == [name]


async def test_attributes_may_be_percent_encoded_and_have_extensions(doors: Any, application: Any) -> None:
    headers = ATTRIBUTES | {"ce-type": TYPE.replace("h", "%68", 1), "ce-traceparent": "x"}
    assert (await doors.http.post(URL, json=application(), headers=headers)).status_code == 202
