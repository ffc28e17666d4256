"""/openapi.json: every example goes through its own door, and every door is there."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from prometheus_client import CollectorRegistry

from hiring.health import Health
from intake.api import create_app
from intake.metrics import DoorMetrics
from intake.settings import IntakeSettings
from intake.sources import SourceScope
from intake.sources_file import create


class Nowhere:
    async def publish(self, _: Any) -> None: ...

    async def publish_all(self, _: Any) -> None: ...


@pytest.fixture(scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    registry = CollectorRegistry()
    settings = IntakeSettings(candidate_secret="a secret of the tests")
    app = create_app(settings, Nowhere(), DoorMetrics(registry), Health(), registry)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://intake") as client:
        yield client


@pytest.fixture(scope="module")
async def document(http: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get("/openapi.json")).json()
    return found


def doors(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(path, item["post"]) for path, item in document["paths"].items() if "post" in item]


async def test_every_example_is_taken_by_its_door(http: httpx.AsyncClient, document: dict[str, Any]) -> None:
    sent = 0
    for path, door in doors(document):
        url = path.replace("{source}", "campus-portal").replace("{external_id}", "2026-000123")
        for media_type, content in door["requestBody"]["content"].items():
            for example in content.get("examples", {}).values():
                value = example["value"]
                body = value if isinstance(value, str) else json.dumps(value)
                query = {"source": "campus-portal", "programme": "p"} if media_type == "text/csv" else {}
                response = await http.post(url, content=body, headers={"content-type": media_type}, params=query)
                assert response.status_code == int(min(door["responses"])), (path, media_type, response.text)
                if media_type == "text/csv":
                    assert json.loads(response.text.splitlines()[-1])["summary"]["accepted"] == 1
                sent += 1
    assert sent >= 6


async def test_every_example_satisfies_its_schema(document: dict[str, Any]) -> None:
    def check(content: dict[str, Any]) -> None:
        schema = {**content["schema"], "components": document["components"]}
        for example in content.get("examples", {}).values():
            jsonschema.validate(example["value"], schema)

    for _, door in doors(document):
        for content in door["requestBody"]["content"].values():
            check(content)
        for parameter in door.get("parameters", []):
            for content in parameter.get("content", {}).values():
                check(content)


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    there = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for each in value.values() for found in references(each)]
        return [found for each in value for found in references(each)] if isinstance(value, list) else []

    assert set(references(document)) <= there


async def test_every_door_may_need_a_key(document: dict[str, Any]) -> None:
    assert {path for path, _ in doors(document)} >= {
        "/v1/applications",
        "/v1/applications/bulk",
        "/v1/applications/{source}/{external_id}/withdraw",
        "/v1/candidates/erase",
    }
    ours = [door for path, door in doors(document) if not path.startswith("/v1/hooks")]
    assert all({"key": []} in door["security"] for door in ours)
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


async def test_every_door_tells_when_to_come_again(document: dict[str, Any]) -> None:
    for path, door in doors(document):
        assert "retry-after" in {name.lower() for name in door["responses"]["503"]["headers"]}, path
        problem = door["responses"]["503"]["content"]["application/problem+json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/Problem"}


async def test_a_key_is_needed_where_the_operators_say_so(tmp_path: Path) -> None:
    file = tmp_path / "sources.json"
    create(file, "campus-portal", [SourceScope.SUBMIT])
    registry = CollectorRegistry()
    settings = IntakeSettings(candidate_secret="a secret of the tests", sources_file=file)
    app = create_app(settings, Nowhere(), DoorMetrics(registry), Health(), registry)
    ours = [door for path, door in doors(app.openapi()) if not path.startswith("/v1/hooks")]
    assert len(ours) == 4
    assert all(door["security"] == [{"key": []}] for door in ours)
