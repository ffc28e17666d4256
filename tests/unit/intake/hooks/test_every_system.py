"""What every system's webhook does, whichever it is."""

import time
from copy import deepcopy
from typing import Any

import httpx
import pytest

from hiring.identity import application_id
from intake.outlet import Unavailable

from .conftest import Hooks
from .senders import KEY, LEVER, OLD_KEY, SENDERS, SMARTRECRUITERS, WRONG_KEY, Sender

pytestmark = pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.system)


def problem(response: httpx.Response, status: int, reason: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["type"]) == (status, f"urn:cohort:problem:{reason}")
    return body


def set_aside(response: httpx.Response, sender: Sender) -> list[dict[str, str]]:
    """The errors in the answer to what is kept as a dead letter."""
    assert response.status_code == sender.ok, response.text
    body: dict[str, Any] = response.json()
    assert body["status"] == "set-aside"
    errors: list[dict[str, str]] = body["errors"]
    return errors


async def test_a_delivery_becomes_an_application(hooks: Hooks, sender: Sender) -> None:
    response = await hooks.post(sender, sender.send())
    assert response.status_code == sender.ok, response.text
    source = f"from-{sender.system}"
    answer = response.json()
    assert answer["application_id"] == str(application_id(source, sender.external_id))
    assert answer["status"] == "accepted"
    assert answer["unread"] == []
    assert {"courses", "projects", "assessments"} <= set(answer["unknown"])
    contact = hooks.records()["hiring.contacts"].value
    assert contact is not None and sender.email.encode() in contact and sender.name.encode() in contact
    facts = hooks.records()["hiring.applications"].value
    assert facts is not None and sender.email.encode() not in facts and b"ai-internships-2026" in facts
    assert (
        await hooks.metric("hiring_hook_deliveries_total", outcome="accepted", source=source, system=sender.system) == 1
    )
    assert await hooks.metric("hiring_applications_accepted_total", channel="hook") == 1


async def test_a_delivery_that_comes_again_is_the_same_application(hooks: Hooks, sender: Sender) -> None:
    for at in (time.time(), time.time() - 60):
        assert (await hooks.post(sender, sender.send(at=at))).status_code == sender.ok
    first, second = hooks.outlet.published
    assert (first.application_id, first.revision) == (second.application_id, second.revision)


async def test_a_tampered_delivery_is_turned_away(hooks: Hooks, sender: Sender) -> None:
    body, headers = sender.send()
    tampered = body.replace(b"6b4a9f6c", b"6b4a9f6d") if sender is LEVER else body.replace(b"a", b"b", 1)
    assert tampered != body
    problem(await hooks.post(sender, (tampered, headers)), sender.unverified, "bad-signature")
    assert not hooks.outlet.published
    assert not hooks.api.asked, "nobody is asked for what nobody with a key has named"


async def test_the_body_counts_as_it_was_sent(hooks: Hooks, sender: Sender) -> None:
    body, headers = sender.send()
    written_anew = body.replace(b'": ', b'":')
    expected = sender.ok if sender is LEVER else sender.unverified
    assert (await hooks.post(sender, (written_anew, headers))).status_code == expected


async def test_a_wrong_key_is_turned_away(hooks: Hooks, sender: Sender) -> None:
    body = problem(await hooks.post(sender, sender.send(WRONG_KEY)), sender.unverified, "bad-signature")
    assert KEY not in str(body)
    assert await hooks.metric("hiring_applications_rejected_total", channel="hook", reason="bad-signature") == 1
    assert not hooks.outlet.published


async def test_both_keys_of_a_rotation_are_live(hooks: Hooks, sender: Sender) -> None:
    for key in (KEY, OLD_KEY):
        assert (await hooks.post(sender, sender.send(key))).status_code == sender.ok
    if sender is SMARTRECRUITERS:
        assert (await hooks.post(sender, sender.send(WRONG_KEY, OLD_KEY))).status_code == sender.ok


@pytest.mark.parametrize(
    "value", [None, "", "sha256", "sha256 ", "sha256=", "md5 00", "v1=", "v2=00;v3", "é", "0" * 64]
)
async def test_without_a_proper_signature_nobody_comes_in(hooks: Hooks, sender: Sender, value: str | None) -> None:
    body, headers = sender.send()
    if sender is LEVER:
        body = body.replace(b'"signature"', b'"sign"') if value is None else body
        body = body.rsplit(b'"', 2)[0] + b'"' + (value or "").encode() + b'"}' if value is not None else body
    else:
        headers.pop(sender.signature)
        headers |= {} if value is None else {sender.signature: value.encode("latin-1")}  # type: ignore[dict-item]
    response = await hooks.post(sender, (body, headers))
    assert response.status_code == sender.unverified, response.text
    assert response.json()["type"].rpartition(":")[2] in {"missing-signature", "bad-signature"}
    assert not hooks.outlet.published


async def test_a_ping_and_events_of_no_concern_are_acknowledged(hooks: Hooks, sender: Sender) -> None:
    response = await hooks.post(sender, sender.sign(sender.other(deepcopy(sender.payload)), (KEY,), time.time()))
    assert (response.status_code, response.json()) == (sender.ok, {"status": "passed-over"})
    if sender.ping is not None:
        response = await hooks.post(sender, sender.sign(sender.ping, (KEY,), time.time()))
        assert (response.status_code, response.json()) == (sender.ok, {"status": "ping"})
    assert not hooks.outlet.published and not hooks.api.asked


@pytest.mark.parametrize(("system", "source"), [(None, "nobody"), ("workday", None), (None, "from-x"), (None, "No%20")])
async def test_where_nothing_is_set_up_nothing_is_told(
    hooks: Hooks, sender: Sender, system: str | None, source: str | None
) -> None:
    body, headers = sender.send()
    url = f"/v1/hooks/{system or sender.system}/{source or f'from-{sender.system}'}"
    response = await hooks.http.post(url, content=body, headers=headers)
    assert response.json() == (await hooks.http.post("/v1/nowhere")).json()
    assert problem(response, 404, "not-found")


async def test_too_much_is_turned_away(hooks: Hooks, sender: Sender) -> None:
    problem(await hooks.post(sender, sender.send(more="x" * 30_000)), 413, "too-large")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\x00", b"[]", b"null", b'"x"', b"[" * 5000, b'{"a":"\\ud800"}'])
async def test_garbage_is_answered(hooks: Hooks, sender: Sender, body: bytes) -> None:
    unsigned = await hooks.post(sender, (body, {}))
    assert unsigned.status_code == sender.unverified
    if sender is LEVER:
        return
    _, headers = sender.send()
    signed = await hooks.post(sender, resigned(sender, body))
    assert set_aside(signed, sender)[0]["field"] == "(whole)"
    assert headers and not hooks.outlet.published
    assert [record.value for record in hooks.outlet.dead] == [body], "what came with a bad signature is not kept"


def resigned(sender: Sender, body: bytes) -> tuple[bytes, dict[str, str]]:
    """Bytes that are no payload of the system, signed as its own."""
    from . import senders

    if sender is SMARTRECRUITERS:
        return senders.smartrecruiters(body, (KEY,), time.time())
    _, headers = sender.send()
    before, separator, _ = headers[sender.signature].rpartition(" " if " " in headers[sender.signature] else "=")
    return body, headers | {sender.signature: f"{before}{separator}{senders.digest(KEY, body)}"}


async def test_when_kafka_is_away_the_system_is_told_to_come_again(hooks: Hooks, sender: Sender) -> None:
    hooks.outlet.fault = Unavailable()
    response = await hooks.post(sender, sender.send())
    problem(response, 503, "unavailable")
    assert int(response.headers["retry-after"]) > 0
    assert (await hooks.post(sender, sender.send())).status_code == sender.ok


async def test_only_post(hooks: Hooks, sender: Sender) -> None:
    assert (await hooks.http.get(f"/v1/hooks/{sender.system}/from-{sender.system}")).status_code == 405
