"""A source's rate holds for its webhook too, and a system that is too fast is told by a status that it tries again."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import yaml

from .api_stand_in import api_stand_in
from .conftest import Hooks, at_hooks
from .senders import ASHBY, GREENHOUSE, KEY, LEVER, SENDERS, SMARTRECRUITERS, WORKABLE, Sender

BUSY = {ASHBY.system: 429, GREENHOUSE.system: 429, SMARTRECRUITERS.system: 429, LEVER.system: 503, WORKABLE.system: 503}


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[Hooks]:
    """One submission in a hundred seconds."""
    async with api_stand_in() as api:
        for sender in SENDERS:
            api.answers |= sender.answers
        file = tmp_path / "hooks.yaml"
        sources = {one.system: {f"from-{one.system}": one.config(api.url)} for one in SENDERS}
        file.write_text(yaml.safe_dump(sources), encoding="utf-8")
        async with at_hooks(file, api, submissions_per_second=0.01) as hooks:
            yield hooks


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.system)
async def test_too_many_are_told_when_to_come_back(slow: Hooks, sender: Sender) -> None:
    assert (await slow.post(sender, sender.send())).status_code == sender.ok
    asked = len(slow.api.asked)
    told = await slow.post(sender, sender.send())
    assert told.status_code == BUSY[sender.system]
    assert told.json()["status"] == told.status_code
    assert told.json()["type"] == "urn:cohort:problem:too-many"
    assert 90 < int(told.headers["retry-after"]) <= 100
    assert len(slow.outlet.published) == 1
    assert len(slow.api.asked) == asked, "the system's API is not asked for what is turned away"


async def test_nobody_without_a_key_uses_up_what_a_source_may_send(slow: Hooks) -> None:
    for _ in range(3):
        assert (await slow.post(GREENHOUSE, GREENHOUSE.send("a key of nobody"))).status_code == 403
        await slow.post(GREENHOUSE, GREENHOUSE.sign({"action": "ping"}, (KEY,), time.time()))
    assert (await slow.post(GREENHOUSE, GREENHOUSE.send())).status_code == 200


async def test_a_source_has_one_rate_for_all_its_doors(slow: Hooks) -> None:
    assert (await slow.post(GREENHOUSE, GREENHOUSE.send())).status_code == 200
    sent = {
        "source": "from-greenhouse",
        "external_id": "1",
        "programme": "p",
        "candidate": {"name": "Ada", "email": "ada@mail.example"},
    }
    answer: httpx.Response = await slow.http.post("/v1/applications", json=sent)
    assert answer.status_code == 429
