"""API keys as an HR system and an operator meet them."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from intake.sources import Keyring, Source, Sources, SourceScope, SourcesUnreadable, draw_key, read_sources

AT = datetime(2026, 3, 1, tzinfo=UTC)
SUBMIT, WITHDRAW, ERASE = SourceScope.SUBMIT, SourceScope.WITHDRAW, SourceScope.ERASE
URL = "/v1/applications"
NDJSON = {"content-type": "application/x-ndjson"}


def write(path: Path, **scopes: tuple[SourceScope, ...]) -> dict[str, str]:
    """A file of these sources with a key each; the tokens."""
    drawn = {name: draw_key(AT) for name in scopes}
    found = Sources(sources=tuple(Source(source=n, scopes=scopes[n], keys=(drawn[n][0],)) for n in scopes))
    new = path.with_suffix(".new")
    new.write_text(found.model_dump_json())
    new.replace(path)
    return {name: token for name, (_, token) in drawn.items()}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sources.json"


@pytest.fixture
def tokens(file: Path) -> dict[str, str]:
    return write(file, portal=(SUBMIT,), other=(SUBMIT, WITHDRAW, ERASE), mute=())


@pytest.fixture
async def guarded(doors_with: Callable[..., Any], file: Path, tokens: dict[str, str]) -> AsyncIterator[Any]:
    async with doors_with(sources_file=file) as opened:
        yield opened


async def test_a_key_opens_the_door_for_its_own_source(guarded: Any, application: Any, tokens: Any) -> None:
    headers = bearer(tokens["portal"])
    assert (await guarded.http.post(URL, json=application(source="portal"), headers=headers)).status_code == 202
    response = await guarded.http.post(URL, json=application(source="other"), headers=headers)
    assert response.status_code == 403
    assert response.json()["errors"][0]["field"] == "source"
    assert len(guarded.outlet.published) == 1


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"authorization": "Basic cG9ydGFsOng="},
        {"authorization": "Bearer"},
        bearer("cohort_00000000_nothing"),
        bearer("é"),
    ],
)
@pytest.mark.parametrize("path", [URL, f"{URL}/bulk", f"{URL}/portal/1/withdraw", "/v1/candidates/erase"])
async def test_no_key_no_entry(guarded: Any, application: Any, sent: dict[str, str], path: str) -> None:
    headers = {name.encode(): value.encode() for name, value in sent.items()}
    response = await guarded.http.post(path, json=application(source="portal"), headers=headers)
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"].startswith('Bearer realm="cohort"')
    assert guarded.outlet.published == []


async def test_a_key_whose_secret_is_wrong(guarded: Any, application: Any, tokens: Any) -> None:
    wrong = tokens["portal"][:-1] + ("A" if tokens["portal"][-1] != "A" else "B")
    response = await guarded.http.post(URL, json=application(source="portal"), headers=bearer(wrong))
    assert response.status_code == 401
    assert wrong not in response.text


async def test_a_scope_that_is_lacking(guarded: Any, tokens: Any) -> None:
    for path in (f"{URL}/portal/1/withdraw", "/v1/candidates/erase"):
        response = await guarded.http.post(path, headers=bearer(tokens["portal"]))
        assert response.status_code == 403
        assert 'error="insufficient_scope"' in response.headers["www-authenticate"]
    assert (await guarded.http.post(URL, json={}, headers=bearer(tokens["mute"]))).status_code == 403


async def test_another_sources_application_cannot_be_withdrawn(guarded: Any, tokens: Any) -> None:
    headers = bearer(tokens["other"])
    assert (await guarded.http.post(f"{URL}/portal/1/withdraw", headers=headers)).status_code == 403
    assert (await guarded.http.post(f"{URL}/other/1/withdraw", headers=headers)).status_code == 202


async def test_in_bulk_each_line_is_judged(guarded: Any, application: Any, tokens: Any) -> None:
    lines = [application(source=source, external_id=str(n)) for n, source in enumerate(["portal", "other", "portal"])]
    body = "\n".join(map(json.dumps, lines))
    response = await guarded.http.post(f"{URL}/bulk", content=body, headers=NDJSON | bearer(tokens["portal"]))
    *answers, last = map(json.loads, response.text.splitlines())
    assert [answer["status"] for answer in answers] == ["accepted", "rejected", "accepted"]
    assert answers[1]["errors"][0]["field"] == "source"
    assert last["summary"] == {"lines": 3, "accepted": 2, "rejected": 1, "failed": 0}
    metrics = (await guarded.http.get("/metrics")).text
    assert 'hiring_applications_rejected_total{channel="bulk",reason="other-source"} 1.0' in metrics


async def test_operators_need_no_key(guarded: Any) -> None:
    for path in ("/", "/livez", "/metrics", "/openapi.json"):
        assert (await guarded.http.get(path)).status_code == 200


def test_rotation_and_revocation_are_seen_within_a_second(file: Path) -> None:
    now = 100.0
    old = write(file, portal=(SUBMIT,))["portal"]
    keyring = Keyring(file, lambda: now)
    assert keyring.grant(old) == ("portal", {SUBMIT})
    new = write(file, portal=(SUBMIT,))["portal"]
    assert keyring.grant(old) is not None, "looked at more than once a second"
    now += 1.0
    assert keyring.grant(old) is None
    assert keyring.grant(new) is not None


def test_a_file_that_goes_shuts_the_doors_and_a_broken_one_changes_nothing(file: Path) -> None:
    now = 0.0
    token = write(file, portal=(SUBMIT,))["portal"]
    keyring = Keyring(file, lambda: now)
    assert keyring.grant(token)
    file.write_text("{")
    now += 1.0
    assert keyring.grant(token)
    file.unlink()
    now += 1.0
    assert keyring.grant(token) is None
    file.write_text(Sources().model_dump_json())
    now += 1.0
    assert keyring.grant(token) is None


def test_a_key_revoked_in_a_file_closed_to_us_ends_when_it_opens(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    token = write(file, portal=(SUBMIT,))["portal"]
    keyring = Keyring(file, lambda: now)
    assert keyring.grant(token)
    file.write_text(Sources().model_dump_json())
    now += 1.0
    with monkeypatch.context() as closed:
        closed.setattr("intake.sources.read_sources", Mock(side_effect=PermissionError(13, "Permission denied")))
        assert keyring.grant(token), "what cannot be read changes nothing"
    now += 1.0
    assert keyring.grant(token) is None


def test_the_file_holds_no_key(file: Path) -> None:
    token = write(file, portal=(SUBMIT,))["portal"]
    assert token.split("_", 2)[2] not in file.read_text()
    assert len(token.split("_", 2)[2]) >= 43, "256 bits in base64"


def test_a_file_that_is_none_is_named(file: Path) -> None:
    assert read_sources(file) == Sources()
    file.write_text('{"sources": [{"source": "No Slug", "scopes": ["submit", "all"]}]}')
    with pytest.raises(SourcesUnreadable, match=r"sources\.0\.source"):
        read_sources(file)


async def test_open_doors_are_told_once(doors: Any, application: Any, caplog: pytest.LogCaptureFixture) -> None:
    told = [record for record in caplog.get_records("setup") if "open" in record.message]
    assert len(told) == 1
    assert (await doors.http.post(URL, json=application())).status_code == 202
