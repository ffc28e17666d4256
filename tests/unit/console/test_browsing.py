"""Browsing applications: which are listed and in which order, and that every figure of the first page leads to them."""

import html
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.core.browsing import Filters, UnknownFilter, asked_for, choices, matching
from console.core.gauges import SERVICES, Look
from console.core.glance import Counted
from console.core.projection import Cell
from console.core.reviews import NO_POLICY
from console.web import live
from console.web.applications import address
from screening.core.unknown_programme import decide

from .drive import fill_model
from .happened import decided, id_of, submitted, told, withdrawn
from .site import Site
from .test_pages import text

CELLS = [
    Counted(Cell("ai", "advance", "ai", "research", "sent", False), 5),
    Counted(Cell("ai", "advance", "ai", "", "", False), 3),
    Counted(Cell("ai", "decline", "", "", "failed", True), 2),
    Counted(Cell("ai", "", "", "", "", False), 7),
    Counted(Cell("ops", "review", "ops", "", "held", False), 1),
    Counted(Cell("ops", "", "", "", "", True), 0),
]


@pytest.mark.parametrize(
    ("asked", "n"),
    [
        ({}, 18),
        ({"programme": "ops", "outcome": ""}, 1),
        ({"outcome": "decided"}, 11),
        ({"outcome": "undecided"}, 7),
        ({"outcome": "advance", "track": "ai"}, 8),
        ({"track": "ai", "unit": "-"}, 3),
        ({"outcome": "decided", "track": "-"}, 2),
        ({"outcome": "decided", "letter": "none"}, 3),
        ({"letter": "sent"}, 5),
        ({"withdrawn": "yes"}, 2),
        ({"withdrawn": "no", "programme": "ai"}, 15),
        ({"programme": "nobody's"}, 0),
    ],
)
def test_filters_choose_cells(asked: dict[str, str], n: int) -> None:
    filters, order = asked_for(asked)
    found = matching(CELLS, filters)
    assert (sum(it.n for it in found), order) == (n, "newest")
    assert all(it.n for it in found), "an empty cell is not looked at"


def test_a_filter_offers_what_there_is_and_what_is_chosen() -> None:
    found = choices(CELLS, Filters(track="gone"))
    assert found["programme"] == ["ai", "ops"]
    assert found["track"] == ["ai", "gone", "ops", "-"]
    assert found["unit"] == ["research", "-"]
    with pytest.raises(UnknownFilter) as refused:
        asked_for({"letter": "lost"})
    assert refused.value.known == ("sent", "none", "held", "failed", "suppressed")


async def test_what_is_listed_says_all_but_who_it_is(as_role: Any, site: Site) -> None:
    site.model.tell(1, submitted(1), decided(1, "advance"), told(1))
    site.model.tell(2, submitted(2, 1), decided(2, "decline", track=None, unit=None), withdrawn(2))
    site.model.tell(3, submitted(3, 2, programme="ops-2026"))
    visitor = await as_role("viewer")
    answer = await visitor.get("/applications")
    page = text(answer.text)
    rows = [
        f"{id_of(3)} campus-portal · ops-2026 2026-03-01 08:02:00 UTC Undecided",
        f"{id_of(2)} campus-portal · ai-internships-2026 2026-03-01 08:01:00 UTC Decline Withdrawn under way",
        f"{id_of(1)} campus-portal · ai-internships-2026 2026-03-01 08:00:00 UTC Advance AI, research sent",
    ]
    assert " ".join(rows) in page and "Applications that match: 3" in page
    assert f'href="/applications/{id_of(1)}"' in answer.text
    assert not re.search(r"[0-9a-f]{64}", answer.text), "not even a pseudonym"
    page = text((await visitor.get("/applications?programme=&outcome=advance&order=newest")).text)
    assert str(id_of(1)) in page and str(id_of(2)) not in page
    assert page.index(str(id_of(1))) < text((await visitor.get("/applications?order=oldest")).text).index(str(id_of(3)))


async def test_nothing_found_and_nothing_known_are_said(as_role: Any, site: Site) -> None:
    visitor = await as_role("viewer")
    assert "No application has arrived yet" in (await visitor.get("/applications")).text
    site.model.tell(1, submitted(1))
    for query in "track=nowhere", "unit=%00", "programme=-", "programme=<script>", f"track={'x' * 3000}":
        answer = await visitor.get(f"/applications?{query}")
        assert answer.status_code == 200 and "No application matches" in answer.text, query
        assert "<script>" not in answer.text
    for query, why in ("outcome=lost", "Outcome"), ("letter=%00", "Letter"), ("order=best", "Order"):
        answer = await visitor.get(f"/applications?{query}")
        assert answer.status_code == 400 and f"{why} cannot be filtered by" in answer.text
    for query in "after=soon", "after=0001-01-01T00:00:00%2B00:00~x", "after=9999-12-31T23:59:59-14:00~x":
        assert str(id_of(1)) in (await visitor.get(f"/applications?{query}")).text, (
            "such a list begins at its beginning"
        )


@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_the_pages_of_a_list_show_each_application_once_while_others_arrive(
    as_role: Any, site: Site, order: str
) -> None:
    for n in range(120):
        # Several of one moment.
        site.model.tell(n, submitted(n, at=n // 7, programme="ops-2026" if n % 2 else "ai-internships-2026"))
    visitor = await as_role("viewer")
    shown: list[str] = []
    path, arrived = f"/applications?programme=ops-2026&order={order}", 1001
    while path:
        page = (await visitor.get(path)).text
        shown += re.findall(r'<th scope="row"[^>]*><a href="/applications/([0-9a-f-]{36})"', page)
        assert "Applications that match" in page and 'value="ops-2026" selected' in page
        site.model.tell(arrived, submitted(arrived, at=500 + arrived, programme="ops-2026"))
        arrived += 2
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        path = html.unescape(onward[1]) if onward else ""
    there = [str(id_of(n)) for n in range(1, 120, 2)]
    assert sorted(it for it in shown if it in there) == sorted(there)
    assert len(shown) == len(set(shown)) and (len(shown) == 60 or order == "oldest")


FIGURE = re.compile(r'<a id="([^"]+)" href="(/applications[^"]*)">([\d,]+)')


@pytest.mark.parametrize("programme", ["", "ai-internships-2026"])
async def test_every_figure_leads_to_as_many_applications(as_role: Any, site: Site, programme: str) -> None:
    fill_model(site.model, 300)
    site.model.tell(7, withdrawn(7))
    visitor = await as_role("viewer")
    page = (await visitor.get(f"/?programme={programme}")).text
    figures = FIGURE.findall(page)
    names = [name for name, _, _ in figures]
    assert {"accepted", "decided", "told", "undecided", "withdrawn", "all:review", "letter:failed"} <= set(names)
    assert "of:ai:research:advance" in names and "of:-:all" in names and len(names) == len(set(names)) > 20
    for name, link, n in figures:
        listed = await visitor.get(html.unescape(link))
        assert f"Applications that match: {n}" in text(listed.text), (name, link)
        assert (f"programme={programme}" in link) == bool(programme)


async def test_a_programme_that_no_policy_is_for_is_told_with_who_waits(as_role: Any, site: Site) -> None:
    assert decide({}).reasons[0].rule == NO_POLICY, "as screening says it"
    site.model.tell(1, submitted(1))
    site.model.tell(2, submitted(2, programme="a-typo"))
    site.model.no_policy = {"a-typo": 1200}
    visitor = await as_role("viewer")
    page = (await visitor.get("/")).text
    assert "1,200 applications name a-typo, and no policy was there for it: a person reviews them." in page
    assert 'href="/reviews?programme=a-typo&amp;reason=programme-has-policy"' in page
    assert "no-policy" not in (await visitor.get("/?programme=ai-internships-2026")).text, "of another programme"


@pytest.mark.parametrize(
    ("minutes", "waiting", "taken_back", "told_"),
    [(120, 0, False, True), (120, 3, False, False), (4, 0, False, False), (120, 0, True, False)],
)
async def test_what_is_undecided_for_long_is_told_once_screening_has_nothing_to_read(
    as_role: Any, site: Site, minutes: int, waiting: int, taken_back: bool, told_: bool
) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=minutes)
    site.model.tell(2, submitted(2, submitted_at=long_ago), *([withdrawn(2, 10**6)] if taken_back else []))
    for n in range(5):
        # At the first of the looks; nothing waits at the latest one.
        lag = dict.fromkeys(SERVICES, waiting if n == 0 else 0)
        site.gauges.add(Look(time.time(), lag, dict.fromkeys(SERVICES, 0)))
    page = (await (await as_role("viewer")).get("/")).text
    link = html.escape(address(Filters(outcome="undecided", withdrawn="no"), "oldest"))
    assert (f'id="overdue" href="{link}"' in page and "screening has read everything" in page) is told_
    assert ("1 not decided yet" in page) is not taken_back


async def test_the_figures_come_anew_though_nothing_was_written(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_ANEW_SECONDS", 0.0)
    stream = live.Live(site.model.glance).changes()
    assert (await anext(stream)).changed == (await anext(stream)).changed, "so that time that passed is told"
