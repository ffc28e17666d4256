"""Redriving and discarding dead letters on their pages."""

from datetime import datetime
from typing import Any

import pytest

from console.core.settling import Told
from console.store.failing_again import Origin
from hiring.events.command import DeadLettersSettled
from hiring.topics import SUBMISSIONS

from .happened import id_of, minute
from .site import Site
from .test_pages import text

GROUP = f"/dead-letters?topic={SUBMISSIONS}&flaw=invalid"


async def test_an_operator_redrives_one(as_role: Any, site: Site) -> None:
    site.model.bury(1)
    visitor = await as_role("operator")
    page = await visitor.get("/dead-letters/0/1")
    assert "Redrive it" in page.text
    form = {"token": await visitor.token("/dead-letters/0/1"), "why": "The contract is mended", "then": "redrive"}
    answer = await visitor.post("/dead-letters/0/1", data=form)
    assert "Done." in text((await visitor.get(answer.headers["location"])).text)
    [(_, command, key)] = site.asked.sent
    assert isinstance(command, DeadLettersSettled) and command.letter is not None
    told = (command.then, command.letter.partition, command.letter.offset, command.why, key)
    assert told == ("redrive", 0, 1, "The contract is mended", "dead-letters")


async def test_all_that_were_shown_are_meant_and_none_that_came_since(as_role: Any, site: Site) -> None:
    for n in range(3):
        site.model.bury(n)
    visitor = await as_role("operator")
    assert "What is to become of the 3 open ones" in text((await visitor.get(GROUP)).text)
    form = {"token": await visitor.token(GROUP), "why": "A test", "then": "discard", "until": minute(2).isoformat()}
    site.model.bury(7)
    assert (await visitor.post(GROUP, data=form)).status_code == 303
    [(_, command, _key)] = site.asked.sent
    assert isinstance(command, DeadLettersSettled) and command.group is not None
    assert (command.then, command.group.topic, command.group.failed_until) == ("discard", SUBMISSIONS, minute(2))
    assert (await visitor.post(GROUP, data=form | {"until": "whenever"})).status_code == 400


async def test_what_is_settled_says_by_whom_and_is_not_settled_again(as_role: Any, site: Site) -> None:
    site.model.bury(1)
    site.model.letters[0] = site.model.letters[0]._replace(
        state="redriven", by="wei.zhang", why="Mended", settled_at=minute(9)
    )
    visitor = await as_role("operator")
    page = text((await visitor.get("/dead-letters/0/1")).text)
    assert "redriven" in page and "wei.zhang" in page and "Mended" in page and "Redrive it" not in page
    assert "Redrive them all" not in (await visitor.get(GROUP)).text


async def test_a_letter_that_failed_again_and_the_one_before_point_to_each_other(as_role: Any, site: Site) -> None:
    for n in (1, 2, 3):
        site.model.bury(n)
    site.model.letters[0] = site.model.letters[0]._replace(
        state="redriven", by="wei.zhang", why="Mended", settled_at=minute(9)
    )
    site.model.origins[0, 2] = Origin(0, 1, "wei.zhang", "Mended", minute(9))
    visitor = await as_role("viewer")
    old, new = [(await visitor.get(f"/dead-letters/0/{n}")).text for n in (1, 2)]
    assert '<a href="/dead-letters/0/2">' in old and "Failed again" in text(old)
    assert '<a href="/dead-letters/0/1">' in new
    assert "Redriven from Dead letter 0/1 ; wei.zhang" in text(new) and "Mended" in text(new)
    rows = (await visitor.get(GROUP)).text.split("<tr>")
    marked = {n: any(f"/dead-letters/0/{n}" in row and "failed again" in row for row in rows) for n in (1, 2, 3)}
    assert marked == {1: False, 2: True, 3: False}, "the one that is to be looked at"


@pytest.mark.parametrize(("forgotten", "shown"), [(minute(4), True), (minute(5), False)])
async def test_nothing_of_a_forgotten_application_is_shown(
    as_role: Any, site: Site, forgotten: datetime, shown: bool
) -> None:
    site.model.bury(1)
    assert site.model.record is not None
    site.model.record = site.model.record._replace(about=Told(id_of(1), minute(5)))
    site.model.forgotten[id_of(1)] = forgotten
    visitor = await as_role("operator")
    page = (await visitor.get("/dead-letters/0/1")).text
    assert ("xm@example.org" in page, "campus-portal 42" in page, "Redrive it" in page) == (shown,) * 3
    assert ("It was forgotten" in page) is not shown
    assert "Discard it" in page


async def test_what_intake_let_go_of_can_only_be_discarded(as_role: Any, site: Site) -> None:
    site.model.bury(1, flaw="forgotten")
    visitor = await as_role("operator")
    page = (await visitor.get("/dead-letters/0/1")).text
    assert "erased since" in page and "Discard it" in page and "Redrive it" not in page
    page = (await visitor.get(f"/dead-letters?topic={SUBMISSIONS}&flaw=forgotten")).text
    assert "Discard them all" in page and "Redrive" not in page and "the console refuses it" in page


async def test_others_look_and_do_nothing(as_role: Any, site: Site) -> None:
    site.model.bury(1)
    visitor = await as_role("reviewer")
    assert "Redrive" not in (await visitor.get("/dead-letters/0/1")).text
    form = {"token": await visitor.token("/"), "why": "Hm", "then": "redrive"}
    assert (await visitor.post("/dead-letters/0/1", data=form)).status_code == 403
    assert site.asked.sent == []
