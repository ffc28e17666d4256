"""POST /v1/applications as an HR system meets it."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

URL = "/v1/applications"
PROBLEM = "application/problem+json"
Application = Callable[..., dict[str, Any]]


def assert_problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == PROBLEM
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"] and body["title"] and body["detail"]
    return body


async def test_an_application_is_accepted_once_the_broker_has_it(doors: Any, application: Application) -> None:
    response = await doors.http.post(URL, json=application())
    assert response.status_code == 202
    [accepted] = doors.outlet.published
    assert response.json() == {
        "application_id": str(accepted.application_id),
        "revision": accepted.revision,
        "status": "accepted",
    }


async def test_the_answer_does_not_tell_the_pseudonym(doors: Any, application: Application) -> None:
    response = await doors.http.post(URL, json=application())
    assert doors.outlet.published[0].candidate_id not in response.text


async def test_every_wrong_field_is_named(doors: Any, application: Application) -> None:
    wrong = application(programme="No Spaces!", educaton=[])
    wrong["candidate"]["email"] = "nobody"
    wrong["projects"][0]["kind"] = "secret-hobby"
    body = assert_problem(await doors.http.post(URL, json=wrong), 422)
    fields = {error["field"]: error["problem"] for error in body["errors"]}
    assert set(fields) == {"programme", "educaton", "candidate.email", "projects.0.kind"}
    assert all(fields.values())
    assert "secret-hobby" not in json.dumps(body)
    assert doors.outlet.published == []


@pytest.mark.parametrize("body", [b"", b"  ", b"{", b"name=x", b"\xff\xfe", b'{"source": "\\ud800"}', b"\x00"])
async def test_what_is_no_json_is_a_bad_request(doors: Any, body: bytes) -> None:
    assert_problem(await doors.http.post(URL, content=body), 400)


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"text"', b"{}"])
async def test_json_that_is_no_application(doors: Any, body: bytes) -> None:
    assert assert_problem(await doors.http.post(URL, content=body), 422)["errors"]


async def test_too_large_by_its_own_word(doors: Any) -> None:
    assert_problem(await doors.http.post(URL, content=b" " * 20_001), 413)


async def test_too_large_is_noticed_while_it_streams(doors: Any) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b" " * 1000

    assert_problem(await doors.http.post(URL, content=body()), 413)
    assert sent < 30


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.hr+json", None],
)
async def test_json_by_any_of_its_names(doors: Any, application: Application, content_type: str | None) -> None:
    headers = {"content-type": content_type} if content_type else {}
    response = await doors.http.post(URL, content=json.dumps(application()), headers=headers)
    assert response.status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=gbk"},
        {"content-type": "application/cloudevents-batch+json"},
    ],
)
async def test_other_content_is_turned_away(doors: Any, application: Application, headers: dict[str, str]) -> None:
    response = await doors.http.post(URL, content=json.dumps(application()), headers=headers)
    assert_problem(response, 415)
    assert response.headers["accept"] == "application/json"


async def test_other_codings_are_turned_away(doors: Any, application: Application) -> None:
    response = await doors.http.post(URL, content=json.dumps(application()), headers={"content-encoding": "br"})
    assert_problem(response, 415)
    assert response.headers["accept-encoding"] == "gzip, identity"


@pytest.mark.parametrize("deep", [b"[" * 900_000, b'{"source":' * 9_000])
async def test_nesting_that_never_ends(doors: Any, deep: bytes) -> None:
    assert_problem(await doors.http.post(URL, content=deep[:19_000]), 400)


async def test_when_kafka_is_away_the_client_is_told_when_to_come_back(doors: Any, application: Application) -> None:
    doors.outlet.faults = [doors.away]
    response = await doors.http.post(URL, json=application())
    assert_problem(response, 503)
    assert int(response.headers["retry-after"]) > 0
    assert (await doors.http.post(URL, json=application())).status_code == 202


async def test_a_fault_of_ours_tells_nothing_about_anyone(doors: Any, application: Application) -> None:
    doors.outlet.faults = [ValueError("lin.xiaoyu@example.com")]
    response = await doors.http.post(URL, json=application())
    assert_problem(response, 500)
    assert "lin" not in response.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("POST", "/v1/applications/", 404),
        ("GET", "/redoc", 404),
        ("GET", "/v1/applications", 405),
        ("DELETE", "/v1/applications/bulk", 405),
    ],
)
async def test_wrong_ways_in(doors: Any, method: str, path: str, status: int) -> None:
    response = await doors.http.request(method, path)
    assert_problem(response, status)
    if status == 405:
        assert response.headers["allow"] == "POST"


async def test_operators_see_what_came(doors: Any, application: Application) -> None:
    await doors.http.post(URL, json=application())
    await doors.http.post(URL, json={})
    await doors.http.post(URL, content=b"{")
    metrics = (await doors.http.get("/metrics")).text
    assert 'hiring_applications_accepted_total{channel="http"} 1.0' in metrics
    assert 'hiring_applications_rejected_total{channel="http",reason="invalid"} 1.0' in metrics
    assert 'hiring_applications_rejected_total{channel="http",reason="not-json"} 1.0' in metrics


async def test_health(doors: Any) -> None:
    doors.health.set("broker", False, "KafkaConnectionError")
    assert (await doors.http.get("/livez")).status_code == 200
    response = await doors.http.get("/readyz")
    assert response.status_code == 503
    assert response.json()["broker"] == "KafkaConnectionError"


async def test_the_description_of_the_doors(doors: Any, application: Application) -> None:
    assert "/v1/applications" in (await doors.http.get("/")).text
    document = (await doors.http.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    assert {"source", "external_id", "programme", "candidate"} == set(schemas["Submission"]["required"])
    references = set(json.dumps(document).split('"#/components/schemas/')[1:])
    assert {reference.split('"')[0] for reference in references} <= set(schemas)
    content = document["paths"][URL]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        assert (await doors.http.post(URL, json=example["value"])).status_code == 202
