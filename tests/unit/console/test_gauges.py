"""How much waits for each service and how fast it goes, from offsets to the page."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from console import gauging
from console.core.gauges import Ends, Gauges, consumed, look
from console.gauging import Gauging
from hiring import process
from hiring.topics import APPLICATIONS, COMMANDS, CONTACTS, DECISIONS

from .site import Site
from .test_pages import text

ENDS = {(APPLICATIONS, 0): Ends(10, 110), (APPLICATIONS, 1): Ends(0, 40), (DECISIONS, 0): Ends(0, 500)}


def test_what_is_not_committed_waits_from_where_the_topic_begins() -> None:
    taken = look(1.0, ENDS, {"screening": {(APPLICATIONS, 0): 90}, "notify": {}, "console": {(DECISIONS, 0): 500}})
    assert taken.waiting == {"screening": 20 + 40, "notify": 500, "console": 140}
    assert look(1.0, ENDS, {"screening": {(APPLICATIONS, 0): 3}}).waiting["screening"] == 140, "what is kept no longer"


def test_a_service_is_measured_by_what_its_group_reads() -> None:
    assert APPLICATIONS in consumed("screening") and COMMANDS in consumed("screening")
    assert DECISIONS not in consumed("screening"), "it looks there for trials, by no group"
    assert COMMANDS not in consumed("intake"), "it looks there for erasures, by no group"
    assert CONTACTS not in consumed("console")


def test_rates_are_between_looks_and_never_below_nothing() -> None:
    gauges = Gauges(kept=3)
    for at, done in (0.0, 0), (2.0, 100), (4.0, 500), (6.0, 0):
        gauges.add(look(at, {(DECISIONS, 0): Ends(0, 500)}, {"notify": {(DECISIONS, 0): done}}))
    series = gauges.series()
    assert list(series.at) == [2.0, 4.0, 6.0], "the last three"
    assert list(series.rates["notify"]) == [None, 200.0, 0.0], "a group that begins anew has undone nothing"
    assert list(series.waiting["intake"]) == [None] * 3


async def test_the_first_page_says_what_waits(as_role: Any, site: Site) -> None:
    visitor = await as_role("viewer")
    assert "Screening ? ?" in text((await visitor.get("/gauges")).text), "before the first look"
    for at in 0.0, 2.0:
        offsets = {"screening": {(APPLICATIONS, 0): 10 + int(at) * 20}}
        site.gauges.add(look(at, {(APPLICATIONS, 0): Ends(10, 2110)}, offsets))
    page = (await visitor.get("/gauges")).text
    assert "Screening 2,060 20" in text(page) and "Notify ? ?" in text(page)
    assert "Screening 2,060 20" in text((await visitor.get("/")).text)


@pytest.mark.parametrize("path", ["/gauges", "/"])
async def test_it_is_for_who_is_logged_in(visitor: Any, path: str) -> None:
    assert (await visitor.get(path)).status_code == 303


async def test_whatever_is_wrong_with_looking_ends_nothing(monkeypatch: Any) -> None:
    tries, again = 0, asyncio.Event()

    async def broken(self: Gauging) -> None:
        nonlocal tries
        tries += 1
        if tries == 3:
            again.set()
        raise KeyError("a topic that is gone") if tries % 2 else KafkaConnectionError()

    monkeypatch.setattr(Gauging, "_look_on", broken)
    monkeypatch.setattr(gauging, "EVERY_SECONDS", 0)
    monkeypatch.setattr(gauging, "_PAUSE_SECONDS", 0)
    nothing: Any = None
    gauges = Gauges()
    gauges.add(look(1.0, ENDS, {"notify": {}}))
    async with process.running(Gauging(nothing, gauges, nothing).run(), "gauging") as running:
        async with asyncio.timeout(5):
            await again.wait()
        assert not running.done()
    series = gauges.series()
    assert [series.waiting["notify"][0], series.waiting["notify"][-1]] == [500, None], "what was seen is not what is"
