"""Deliveries that were set aside and come once more: mapped as the webhook is set up now, or dead letters again."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaConnectionError
from prometheus_client import CollectorRegistry

from hiring.consumer import Received
from hiring.consumer.redriven import given_again
from hiring.events.dead_letter import NOWHERE, DeadLetter, dead_letter
from hiring.events.submission import Submission
from hiring.identity import application_id
from hiring.metrics import Metrics
from hiring.settings import Settings
from hiring.topics import SUBMISSIONS
from intake.consumer import IntakeStep
from intake.erased import Erasures
from intake.hooks import delivery, redriven
from intake.hooks.counting import HookMetrics
from intake.hooks.fetching import Away, Missing
from intake.hooks.redriven import RedrivenDeliveries
from intake.hooks.register import Register
from intake.metrics import DoorMetrics
from intake.openapi import EXAMPLE

from .senders import GREENHOUSE, SENDERS, SMARTRECRUITERS, Sender

CAME = datetime(2026, 3, 1, 8, tzinfo=UTC)
Make = Callable[..., RedrivenDeliveries]


@pytest.fixture
def made(tmp_path: Path) -> Make:
    def make(*senders: Sender, **more: Any) -> RedrivenDeliveries:
        file = tmp_path / "hooks.yaml"
        told = {it.system: {"campus": it.config("http://127.0.0.1:1", **more)} for it in senders}
        file.write_text(yaml.safe_dump(told), encoding="utf-8")
        return RedrivenDeliveries(b"secret of the tests", None, Register(file), HookMetrics(CollectorRegistry()))

    return make


def received(sender: Sender, source: str = "campus", **changes: Any) -> Received:
    """What intake set aside an hour ago, as it comes once more."""
    place = {"topic": f"hooks/{sender.system}/{source}", "partition": NOWHERE, "offset": NOWHERE}
    why = dead_letter("invalid", "candidate.email: is missing", **place, group="intake", at=CAME)  # type: ignore[arg-type]
    body, headers = sender.send(**changes)
    kept = tuple((name.lower(), value.encode()) for name, value in headers.items() if name.lower() == "event-name")
    came: Any = ConsumerRecord("t", 0, 5, int(time.time() * 1000), 0, b"digest", body, None, 1, 0, kept)
    return Received(why, given_again(came, why))


class Erased(Erasures):
    """As where only these were erased, at the end of time; before it can be told, these faults."""

    def __init__(self, *candidates: str, faults: Sequence[Exception] = ()) -> None:
        super().__init__(Settings(), now=lambda: CAME)
        self._faults = list(faults)
        self._erased = dict.fromkeys(candidates, datetime.max.replace(tzinfo=UTC))

    async def _known(self) -> dict[str, datetime]:
        if self._faults:
            raise self._faults.pop()
        return self._erased


def stepping(deliveries: RedrivenDeliveries, erasures: Erasures) -> tuple[IntakeStep, Callable[..., float | None]]:
    """A step, and how it counts: `accepted` by channel, `dead` without one."""
    metrics = Metrics("intake")
    doors = DoorMetrics(metrics.registry, metrics.dead)

    def counted(channel: str | None = None) -> float | None:
        if channel is None:
            return metrics.registry.get_sample_value("hiring_dead_letters_total", {"service": "intake"})
        return metrics.registry.get_sample_value("hiring_applications_accepted_total", {"channel": channel})

    return IntakeStep(b"secret of the tests", doors, deliveries=deliveries, erasures=erasures), counted


def reasons(dead: list[Any]) -> list[str]:
    return [DeadLetter.of(it.headers).detail for it in dead]


@pytest.mark.parametrize("sender", [it for it in SENDERS if not it.answers], ids=lambda it: it.system)
async def test_it_is_mapped_without_its_signature(made: Make, sender: Sender) -> None:
    [(_, accepted)], dead = await made(sender).again([received(sender)])
    assert accepted.application_id == str(application_id("campus", sender.external_id)) and not dead


async def test_it_was_submitted_when_it_came_first(made: Make) -> None:
    mapping = {"fields": {"submitted_at": None}}
    [(_, accepted)], _ = await made(GREENHOUSE, mapping=mapping).again([received(GREENHOUSE)])
    assert b'"submitted_at":"2026-03-01T08:00:00+00:00"' in (accepted.waves[1][0].value or b"")


async def test_one_that_is_still_wrong_is_a_dead_letter_of_the_same_place(made: Make) -> None:
    one = received(GREENHOUSE, payload={})
    accepted, [dead] = await made(GREENHOUSE).again([one])
    told = DeadLetter.of(dead.headers)
    assert not accepted and dead.value == one.record.value and dead.key == b"digest"
    assert (told.topic, told.offset, told.group, told.timestamp) == (
        "hooks/greenhouse/campus",
        NOWHERE,
        "intake",
        CAME.timestamp() * 1000,
    )
    assert told.failed_at > CAME


async def test_what_is_no_longer_set_up_says_so(made: Make, tmp_path: Path) -> None:
    deliveries = made(GREENHOUSE)
    _, dead = await deliveries.again([received(GREENHOUSE, "elsewhere")])
    assert "no webhook is set up" in reasons(dead)[0] and DeadLetter.of(dead[0].headers).flaw == "invalid"
    (tmp_path / "hooks.yaml").unlink()
    _, dead = await made_of_nothing(tmp_path).again([received(GREENHOUSE)])
    assert "HIRING_HOOKS_FILE" in reasons(dead)[0]


def made_of_nothing(folder: Path) -> RedrivenDeliveries:
    register = Register(folder / "hooks.yaml")
    return RedrivenDeliveries(b"secret of the tests", None, register, HookMetrics(CollectorRegistry()))


async def test_one_that_cannot_be_mapped_at_all_holds_up_nobody(
    made: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any) -> Any:
        raise KeyError("Li Na")

    monkeypatch.setattr(redriven, "mapped", broken)
    accepted, [dead] = await made(GREENHOUSE).again([received(GREENHOUSE)])
    assert not accepted and "(KeyError)" in reasons([dead])[0] and "Li Na" not in reasons([dead])[0]
    assert DeadLetter.of(dead.headers).flaw == "invalid"
    assert "cannot be mapped" in caplog.text


async def test_what_fails_again_is_counted_among_the_dead_letters(made: Make) -> None:
    step, counted = stepping(made(GREENHOUSE), Erased())
    await step.store(step.plan([received(GREENHOUSE, payload={}), received(GREENHOUSE)]))
    assert (counted(), counted("hook")) == (1, 1)


async def test_one_whose_person_was_erased_is_let_go(made: Make) -> None:
    [(_, whose)], _ = await made(GREENHOUSE).again([received(GREENHOUSE)])
    step, counted = stepping(made(GREENHOUSE), Erased(whose.candidate_id))
    *waves, [dead] = await step.store(step.plan([received(GREENHOUSE)]))
    assert not any(waves) and DeadLetter.of(dead.headers).flaw == "forgotten" and dead.value is None
    assert (counted(), counted("hook")) == (1, 0)


async def test_while_it_cannot_be_told_who_was_erased_nothing_is_counted_or_mapped_twice(
    made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped: list[Any] = []

    async def mapping(*given: Any) -> Any:
        mapped.append(given)
        return await delivery.mapped(*given)

    monkeypatch.setattr(redriven, "mapped", mapping)
    step, counted = stepping(made(GREENHOUSE), Erased(faults=[KafkaConnectionError(), TimeoutError()]))
    record: Any = ConsumerRecord(SUBMISSIONS, 0, 5, int(time.time() * 1000), 0, b"1", b"", None, 1, 0, ())
    submission = Received(Submission.model_validate(EXAMPLE), record)
    planned = step.plan([submission, received(GREENHOUSE), received(GREENHOUSE, payload={})])
    for _ in range(2):
        with pytest.raises((KafkaConnectionError, TimeoutError)):
            await step.store(planned)
    *_, dead = await step.store(planned)
    assert (len(mapped), len(dead)) == (2, 1)
    assert (counted(), counted("hook"), counted("kafka")) == (1, 1, 1)


async def test_an_event_that_nobody_wants_any_more_is_done(made: Make) -> None:
    assert await made(GREENHOUSE).again([received(GREENHOUSE, action="candidate_deleted")]) == ([], [])


async def test_an_api_that_is_away_is_not_asked_for_ever(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    async def away(*_: Any) -> Any:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.02)
        raise Away("503")

    monkeypatch.setattr(delivery, "fetch", away)
    many = [received(SMARTRECRUITERS) for _ in range(10 * redriven.AT_ONCE)]
    accepted, dead = await made(SMARTRECRUITERS).again(many)
    assert not accepted and len(dead) == len(many) and set(reasons(dead)) == {redriven._AWAY}
    # Those that were under way already ask, and no more.
    assert asked < 2 * redriven.AT_ONCE


async def test_an_api_that_does_not_answer_for_some_is_asked_for_the_others(
    made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def moody(*_: Any) -> Any:
        nonlocal asked
        asked += 1
        raise Away("500") if asked % 2 else Missing("id", "is unknown")

    monkeypatch.setattr(delivery, "fetch", moody)
    many = [received(SMARTRECRUITERS) for _ in range(10 * redriven.AT_ONCE)]
    await made(SMARTRECRUITERS).again(many)
    assert asked == len(many)


async def test_an_api_that_is_slow_holds_up_what_comes_after_for_so_long_only(
    made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(*_: Any) -> Any:
        await asyncio.sleep(0.05)
        raise Missing("id", "is unknown")

    monkeypatch.setattr(delivery, "fetch", slow)
    monkeypatch.setattr(redriven, "SECONDS", 0.12)
    many = [received(SMARTRECRUITERS) for _ in range(10 * redriven.AT_ONCE)]
    begun = time.monotonic()
    accepted, dead = await made(SMARTRECRUITERS).again(many)
    assert not accepted and len(dead) == len(many) and time.monotonic() - begun < 2
    assert set(reasons(dead)) == {"id: is unknown", redriven._NO_TIME}
