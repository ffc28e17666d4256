"""Withdrawing an application and erasing a person, as an HR system meets it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from hiring.events import CONTRACTS
from hiring.events.command import ApplicationWithdrawn, CandidateErased
from hiring.events.reading import read
from hiring.topics import COMMANDS, CONTACTS

ERASE = "/v1/candidates/erase"
AT = {"at": "2026-03-04T09:00:00+08:00"}


def withdraw(source: str, external_id: str) -> str:
    return f"/v1/applications/{source}/{quote(external_id, safe='')}/withdraw"


@pytest.mark.parametrize("external_id", ["2026-000123", "a/b", "申请 1", "bulk", "x/withdraw"])
async def test_a_withdrawal_is_a_command_about_the_same_application(
    doors: Any, application: Any, external_id: str
) -> None:
    told = (await doors.http.post("/v1/applications", json=application(source="hr", external_id=external_id))).json()
    response = await doors.http.post(withdraw("hr", external_id), json=AT)
    assert response.status_code == 202
    assert response.json()["application_id"] == told["application_id"]
    [record] = doors.outlet.records()
    command = read(record, CONTRACTS)
    assert isinstance(command, ApplicationWithdrawn)
    assert (record.topic, record.key.decode()) == (COMMANDS, told["application_id"])
    assert (str(command.application_id), command.source, command.by) == (told["application_id"], "hr", "hr")
    assert str(command.command_id) == response.json()["command_id"]
    assert command.at == datetime.fromisoformat(AT["at"])


async def test_the_same_moment_is_the_same_command_and_another_is_another(doors: Any) -> None:
    url = withdraw("hr", "1")
    first, again = [await doors.http.post(url, json=AT) for _ in range(2)]
    later = await doors.http.post(url, json={"at": "2026-03-05T09:00:00Z"})
    assert first.json() == again.json() != later.json()


async def test_without_a_moment_it_is_now_and_never_later(doors: Any) -> None:
    began = datetime.now(UTC)
    await doors.http.post(withdraw("hr", "1"))
    await doors.http.post(withdraw("hr", "1"), json={"at": (began + timedelta(days=9)).isoformat()})
    for record in doors.outlet.records():
        assert began <= read(record, CONTRACTS).at <= datetime.now(UTC)


async def test_an_erasure_is_a_command_and_then_a_tombstone(doors: Any, application: Any) -> None:
    await doors.http.post("/v1/applications", json=application())
    [accepted] = doors.outlet.published
    response = await doors.http.post(ERASE, json={"email": "  LIN.Xiaoyu@example.com"})
    assert response.status_code == 202
    assert accepted.candidate_id not in response.text
    command, tombstone = doors.outlet.records()
    event = read(command, CONTRACTS)
    assert isinstance(event, CandidateErased)
    assert (command.topic, command.key.decode()) == (COMMANDS, accepted.candidate_id)
    assert event.candidate_id == accepted.candidate_id
    assert (tombstone.topic, tombstone.key, tombstone.value) == (CONTACTS, command.key, None)
    assert b"xiaoyu" not in command.value.lower()


@pytest.mark.parametrize(
    ("url", "body", "field"),
    [
        (ERASE, {}, "email"),
        (ERASE, {"email": "nobody"}, "email"),
        (ERASE, {"email": "a@mail.example", "name": "A"}, "name"),
        (withdraw("No Slug", "1"), {}, "source"),
        (withdraw("hr", "x" * 201), {}, "external_id"),
        (withdraw("hr", "1"), {"at": "yesterday"}, "at"),
        (withdraw("hr", "1"), {"at": "2026-03-04T09:00:00"}, "at"),
    ],
)
async def test_what_is_wrong_is_named(doors: Any, url: str, body: dict[str, str], field: str) -> None:
    response = await doors.http.post(url, json=body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert doors.outlet.records() == []


@pytest.mark.parametrize("url", [ERASE, withdraw("hr", "1")])
async def test_kafka_away(doors: Any, url: str) -> None:
    doors.outlet.faults = [doors.away]
    response = await doors.http.post(url, json={"email": "a@mail.example"} if url == ERASE else {})
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0


async def test_one_key_for_two_erasures_is_told(doors: Any) -> None:
    statuses = [
        (await doors.http.post(ERASE, json={"email": who}, headers={"idempotency-key": "k"})).status_code
        for who in ("a@mail.example", "a@mail.example", "b@mail.example")
    ]
    assert statuses == [202, 202, 422]


async def test_commands_are_counted_by_kind_once_kafka_has_them(doors: Any) -> None:
    doors.outlet.faults = [doors.away]
    for url, body in ((withdraw("hr", "1"), {}), (withdraw("hr", "1"), {}), (ERASE, {"email": "a@mail.example"})):
        await doors.http.post(url, json=body)
    told = (await doors.http.get("/metrics")).text
    assert 'hiring_commands_accepted_total{channel="http",kind="withdraw"} 1.0' in told
    assert 'hiring_commands_accepted_total{channel="http",kind="erase"} 1.0' in told
