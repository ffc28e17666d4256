"""A genuine delivery that no application can be made of is kept as a dead letter, and the system is thanked."""

import time
from typing import Any

import orjson
import pytest
import yaml

from hiring.events.dead_letter import DeadLetter
from hiring.topics import DEAD_LETTERS
from intake.hooks.delivery import mapped
from intake.hooks.webhook import read_webhooks
from intake.outlet import Unavailable

from .api_stand_in import api_stand_in
from .conftest import Hooks, at_hooks
from .senders import GREENHOUSE, KEY, LEVER, SENDERS, SMARTRECRUITERS, Sender, Sent
from .test_every_system import problem, set_aside
from .test_webhook_file import EXTENDED, Write

every_system = pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.system)


def without_address(hooks: Hooks, sender: Sender) -> Sent:
    """A delivery of somebody without an e-mail address, signed; where the facts are fetched, the API has none."""
    if not sender.answers:
        return sender.sign(without(sender.payload, sender.email), (KEY,), time.time())
    [(path, told)] = sender.answers.items()
    hooks.api.answers[path] = without(told, sender.email)
    return sender.send()


def without(told: Any, address: str) -> Any:
    if isinstance(told, dict):
        return {name: without(one, address) for name, one in told.items()}
    if isinstance(told, list):
        return [without(one, address) for one in told]
    return None if told == address else told


@every_system
async def test_the_system_is_thanked_and_the_delivery_is_kept_as_it_came(
    hooks: Hooks, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    body, headers = without_address(hooks, sender)
    errors = set_aside(await hooks.post(sender, (body, headers)), sender)
    assert errors == [{"field": "candidate.email", "problem": "Field required"}]
    [record] = hooks.outlet.dead
    assert (record.topic, record.value) == (DEAD_LETTERS, body)
    letter = DeadLetter.of(record.headers)
    assert (letter.topic, letter.group) == (f"hooks/{sender.system}/from-{sender.system}", "intake")
    assert (letter.flaw, letter.detail) == ("invalid", "candidate.email: Field required")
    assert (letter.partition, letter.offset) == (-1, -1)
    assert dict(record.headers)["content-type"] == b"application/json"
    assert not hooks.outlet.published
    labels = {"outcome": "set-aside", "source": f"from-{sender.system}", "system": sender.system}
    assert await hooks.metric("hiring_hook_deliveries_total", **labels) == 1
    assert await hooks.metric("hiring_applications_rejected_total", channel="hook", reason="invalid") == 1
    assert await hooks.metric("hiring_dead_letters_total", service="intake") == 1
    logged = str([vars(record) for record in caplog.records])
    assert f"from-{sender.system}" in logged
    assert sender.name not in logged


@every_system
async def test_no_signature_and_no_key_is_kept(hooks: Hooks, sender: Sender) -> None:
    body, headers = without_address(hooks, sender)
    await hooks.post(sender, (body, headers | {"Authorization": "Bearer x", "Cookie": "y"}))
    [record] = hooks.outlet.dead
    kept = {name for name, _ in record.headers if not name.startswith("dl_")}
    assert kept <= {"content-type", "event-id", "event-name", "greenhouse-event-id"}


async def test_what_only_headers_tell_of_the_event_is_kept(hooks: Hooks) -> None:
    await hooks.post(SMARTRECRUITERS, without_address(hooks, SMARTRECRUITERS))
    [record] = hooks.outlet.dead
    assert dict(record.headers)["event-name"] == b"application.created"


@every_system
async def test_a_bad_signature_fills_no_topic(hooks: Hooks, sender: Sender) -> None:
    without_address(hooks, sender)
    body, headers = sender.send("a key of nobody")
    assert (await hooks.post(sender, (body, headers))).status_code == sender.unverified
    assert not hooks.outlet.dead


@every_system
async def test_when_kafka_has_not_the_dead_letter_the_system_is_to_come_again(hooks: Hooks, sender: Sender) -> None:
    sent = without_address(hooks, sender)
    hooks.outlet.fault = Unavailable()
    problem(await hooks.post(sender, sent), 503, "unavailable")
    set_aside(await hooks.post(sender, sent), sender)
    assert len(hooks.outlet.dead) == 1


async def test_one_that_comes_twice_has_one_key_and_another_has_another(hooks: Hooks) -> None:
    sent = without_address(hooks, GREENHOUSE)
    for one in (sent, sent, GREENHOUSE.sign(without(GREENHOUSE.payload, GREENHOUSE.name), (KEY,), 0)):
        await hooks.post(GREENHOUSE, one)
    await hooks.post(GREENHOUSE, GREENHOUSE.sign({"action": "new_candidate_application"}, (KEY,), 0))
    first, second, *others = [record.key for record in hooks.outlet.dead]
    assert first == second
    assert first not in others


async def test_the_reason_quotes_nothing(hooks: Hooks) -> None:
    payload = orjson.loads(GREENHOUSE.send()[0].replace(GREENHOUSE.email.encode(), b"ida berg at home"))
    set_aside(await hooks.post(GREENHOUSE, GREENHOUSE.sign(payload, (KEY,), 0)), GREENHOUSE)
    [record] = hooks.outlet.dead
    assert DeadLetter.of(record.headers).detail == "candidate.email: is not an e-mail address"


@every_system
async def test_a_mended_mapping_makes_an_application_of_what_was_kept(hooks: Hooks, sender: Sender) -> None:
    """What a redrive does: the webhook by the record's place, its payload to the mapping as it is now."""
    await hooks.post(sender, without_address(hooks, sender))
    [record] = hooks.outlet.dead
    _, system, source = DeadLetter.of(record.headers).topic.split("/")
    told = yaml.safe_load(hooks.file.read_text(encoding="utf-8"))
    told[system][source]["mapping"] = {"fields": {"candidate.email": {"constant": "mended@mail.example"}}}
    hooks.file.write_text(yaml.safe_dump(told), encoding="utf-8")
    webhook = read_webhooks(hooks.file)[system, source]
    read = await mapped(webhook, orjson.loads(record.value or b""))
    assert (read.submission.external_id, read.submission.candidate.email) == (sender.external_id, "mended@mail.example")


async def test_a_candidate_whom_the_system_has_forgotten_is_kept_too(hooks: Hooks) -> None:
    hooks.api.answers.clear()
    errors = set_aside(await hooks.post(LEVER, LEVER.send()), LEVER)
    assert errors[0]["problem"] == "is unknown to the system's API"
    assert len(hooks.outlet.dead) == 1


async def test_where_no_job_is_told_nobody_is_passed_over(write: Write) -> None:
    """A slip in the place of the job would otherwise thank the system for everybody and keep nobody."""
    slip = EXTENDED.replace("jobs[0].id", "job[0].id")
    assert slip != EXTENDED
    async with api_stand_in() as api, at_hooks(write(slip), api) as hooks:
        response = await hooks.post(GREENHOUSE, GREENHOUSE.send(), source="campus")
        assert response.json() == {
            "status": "set-aside",
            "errors": [{"field": "programme", "problem": "Field required"}],
        }
        assert len(hooks.outlet.dead) == 1
