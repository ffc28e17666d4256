"""What only one of the systems does, and what each one's payload becomes."""

import asyncio
import logging
import time
from copy import deepcopy

import orjson
import pytest

from intake.hooks.smartrecruiters import SMARTRECRUITERS as SYSTEM
from intake.hooks.system import Unverified, verify

from .conftest import Hooks
from .senders import (
    API_KEY,
    ASHBY,
    GREENHOUSE,
    KEY,
    LEVER,
    SMARTRECRUITERS,
    WORKABLE,
    Sender,
    digest,
    smartrecruiters,
)


def test_the_signature_that_smartrecruiters_documents() -> None:
    headers = {
        b"smartrecruiters-signature": b"v1=2e9291f10d44ca10204a4cd81b05d73b6a316b2b605d4e2e0e0b37b40198ce1f",
        b"smartrecruiters-timestamp": b"1574080897",
        b"event-id": b"123",
        b"event-name": b"application.created",
        b"event-version": b"v201910",
        b"link": b"<http://smartrecruiters.com/endpoint>; rel=self",
    }
    claim = SYSTEM.claim(b'{"job_id":"jid","candidate_id":"cid"}', headers)
    verify(claim, [b"HeBVky2bccvvkcXPimH8c"], 3600, 1574080900)
    with pytest.raises(Unverified, match="out-of-window"):
        verify(claim, [b"HeBVky2bccvvkcXPimH8c"], 3600, 1574080897 + 3601)
    for name in headers:
        with pytest.raises(Unverified):
            verify(
                SYSTEM.claim(b'{"job_id":"jid","candidate_id":"cid"}', headers | {name: headers[name] + b"1"}),
                [b"HeBVky2bccvvkcXPimH8c"],
                None,
                1574080900,
            )


def test_a_header_that_smartrecruiters_does_not_send_is_signed_as_empty() -> None:
    body, headers = smartrecruiters(b"{}", (KEY,), 1574080897)
    told = {name.encode(): value.encode() for name, value in headers.items() if name != "link"}
    told[b"smartrecruiters-signature"] = (
        b"v1=" + digest(KEY, b"1574080897.{}.5e8f.application.created.v201910.").encode()
    )
    verify(SYSTEM.claim(body, told), [KEY.encode()], None, 0)


async def test_smartrecruiters_activates_a_subscription(hooks: Hooks) -> None:
    response = await hooks.post(SMARTRECRUITERS, (b"", {"X-Hook-Secret": "4jn8fs9011jj8"}))
    assert (response.status_code, response.headers["x-hook-secret"]) == (200, "4jn8fs9011jj8")
    nobody = await hooks.post(SMARTRECRUITERS, (b"", {"X-Hook-Secret": "4jn8fs9011jj8"}), source="nobody")
    assert (nobody.status_code, "x-hook-secret" in nobody.headers) == (404, False)
    body, headers = SMARTRECRUITERS.send("a key of nobody")
    assert (await hooks.post(SMARTRECRUITERS, (body, headers | {"X-Hook-Secret": "x"}))).status_code == 403


async def test_lever_signs_no_body_so_the_body_is_not_believed(hooks: Hooks) -> None:
    """Whoever saw a delivery can put other ids and facts under its signature."""
    forged = LEVER.payload["data"] | {"name": "Mallory", "email": "mallory@mail.example"}
    assert (await hooks.post(LEVER, LEVER.send(data=forged))).status_code == 200
    contact = hooks.records()["hiring.contacts"].value
    assert contact is not None and b"mallory" not in contact and b"ida.berg" in contact
    hooks.outlet.published.clear()
    for data in ({"applicationId": "app-1"}, {"opportunityId": "opp-1"}, {"opportunityId": "../opp-42"}):
        response = await hooks.post(LEVER, LEVER.send(data=LEVER.payload["data"] | data))
        assert response.json()["status"] == "set-aside"
    assert not hooks.outlet.published


async def test_the_digits_of_levers_token_and_time_stay_apart(hooks: Hooks) -> None:
    body, _ = LEVER.send(token="token9", at=time.time())
    sent = orjson.loads(body)
    shifted = sent | {"token": "token", "triggeredAt": int(f"9{sent['triggeredAt']}")}
    assert (await hooks.post(LEVER, (orjson.dumps(shifted), {}))).status_code == 403


@pytest.mark.parametrize(
    ("sender", "told"),
    [
        (LEVER, "authorization: basic "),
        (SMARTRECRUITERS, f"x-smarttoken: {API_KEY}".lower()),
    ],
)
async def test_the_facts_of_a_thin_event_are_asked_for(
    hooks: Hooks, sender: Sender, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert (await hooks.post(sender, sender.send())).status_code == sender.ok
    [head] = hooks.api.asked
    assert head.startswith(f"GET {next(iter(sender.answers))} ")
    assert told in head.lower()
    assert next(iter(sender.answers)) not in caplog.text


@pytest.mark.parametrize("sender", [LEVER, SMARTRECRUITERS], ids=lambda sender: sender.system)
@pytest.mark.parametrize(
    ("status", "raw"), [(401, None), (429, b"{}"), (500, b"x"), (200, b"<html>"), (302, b""), (200, b" " * 5_000_000)]
)
async def test_where_the_api_cannot_be_asked_now_the_delivery_is_to_come_again(
    hooks: Hooks, sender: Sender, status: int, raw: bytes | None
) -> None:
    hooks.api.status, hooks.api.raw = status, raw
    response = await hooks.post(sender, sender.send())
    assert (response.status_code, response.headers["retry-after"]) == (503, "60")
    hooks.api.status, hooks.api.raw = 200, None
    assert (await hooks.post(sender, sender.send())).status_code == sender.ok


async def test_an_api_that_is_silent_is_not_waited_for(hooks: Hooks) -> None:
    hooks.api.silent = True
    began = time.monotonic()
    assert (await hooks.post(SMARTRECRUITERS, SMARTRECRUITERS.send())).status_code == 503
    assert time.monotonic() - began < 5, "SmartRecruiters waits five seconds"


async def test_what_kafka_does_not_take_in_time_is_not_waited_for(hooks: Hooks) -> None:
    async def never(_: object) -> None:
        await asyncio.Event().wait()

    hooks.outlet.publish = never  # type: ignore[method-assign]
    began = time.monotonic()
    assert (await hooks.post(SMARTRECRUITERS, SMARTRECRUITERS.send())).status_code == 503
    assert time.monotonic() - began < 5


async def test_a_candidate_whom_the_system_has_forgotten_is_not_asked_for_again(hooks: Hooks) -> None:
    hooks.api.answers.clear()
    response = await hooks.post(SMARTRECRUITERS, SMARTRECRUITERS.send())
    assert response.status_code == 202
    assert response.json()["errors"] == [{"field": "candidate_id", "problem": "is unknown to the system's API"}]


@pytest.mark.parametrize(
    ("sender", "education"),
    [
        (GREENHOUSE, {"level": "bachelor", "field": "Computer Science", "graduation": "2026-03"}),
        (ASHBY, None),
        (LEVER, None),
        (SMARTRECRUITERS, {"level": "master", "field": "Applied Computer Science", "graduation": "2026-06"}),
        (WORKABLE, {"level": "bachelor", "field": "Statistics", "graduation": "2026-06"}),
    ],
    ids=lambda value: getattr(value, "system", ""),
)
async def test_what_each_payload_tells(hooks: Hooks, sender: Sender, education: dict[str, str] | None) -> None:
    response = await hooks.post(sender, sender.send())
    application = orjson.loads(hooks.records()["hiring.applications"].value or b"")
    assert application["facts"].get("education") == ([education] if education else None)
    assert ("education" in response.json()["unknown"]) is (education is None)
    assert orjson.loads(hooks.records()["hiring.contacts"].value or b"")["phone"]
    if sender is not SMARTRECRUITERS:
        assert application["submitted_at"].startswith("2026-03-02T08:15:30")
    if education:
        assert b"Example" in (hooks.records()["hiring.demographics"].value or b"")


async def test_a_fact_that_cannot_be_read_is_unknown_and_told(hooks: Hooks) -> None:
    payload = deepcopy(GREENHOUSE.payload)
    [education] = payload["payload"]["application"]["candidate"]["educations"]
    education |= {"end_date": "next summer", "discipline": "x" * 300}
    response = await hooks.post(GREENHOUSE, GREENHOUSE.sign(payload, (KEY,), 0))
    assert response.json()["unread"] == ["education.field", "education.graduation"]
    facts = orjson.loads(hooks.records()["hiring.applications"].value or b"")["facts"]
    assert facts == {"education": [{"level": "bachelor"}]}
    labels = {"source": "from-greenhouse", "system": "greenhouse", "target": "education.graduation"}
    assert await hooks.metric("hiring_hook_facts_unread_total", **labels) == 1
