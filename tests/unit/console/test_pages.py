"""What the pages say, to whom, and what they never do."""

import asyncio
import html
import re
from typing import Any

import pytest

from console.web.live import Live
from hiring.identity import application_id

from .happened import decided, id_of, review_given, submitted, told, withdrawn
from .site import Site


def text(page: str) -> str:
    """What a person reads of a page, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def test_an_empty_drive_says_so(as_role: Any) -> None:
    page = text((await (await as_role("viewer")).get("/")).text)
    assert "No application has arrived yet" in page
    assert "none yet" in page


async def test_the_funnel_tells_accepted_decided_and_told(as_role: Any, site: Site) -> None:
    for n in range(4):
        site.model.tell(n, submitted(n))
    site.model.tell(0, decided(0), told(0))
    site.model.tell(1, decided(1, "review", unit=None))
    site.model.tell(2, decided(2, "decline", track=None, unit=None), told(2, "failed"))
    page = text((await (await as_role("viewer")).get("/")).text)
    assert "Accepted 4 applications taken in" in page
    assert "Decided 3 75.0% of all accepted" in page
    assert "Told 1 33.3% of all decided" in page
    assert "Wait for a person 1" in page
    assert "AI 1 1 0 2" in page, "a track: advance, to a person, decline, all"
    assert "research 1 0 0 1" in page
    assert "no track 0 0 1 1" in page
    assert "failed 1 33.3%" in page


async def test_seats_stand_beside_who_advances(as_role: Any, site: Site) -> None:
    site.model.seats = {"ai-internships-2026": {"ai": 1500}, "nobody": {"ai": 7}}
    site.model.tell(0, submitted(0), decided(0))
    assert "AI 1 of 1,500 seats 0 0 1" in text((await (await as_role("viewer")).get("/")).text)


async def test_one_programme_can_be_looked_at_alone(as_role: Any, site: Site) -> None:
    site.model.tell(0, submitted(0))
    site.model.tell(1, submitted(1, programme="ops-2026"))
    visitor = await as_role("viewer")
    assert "Accepted 2" in text((await visitor.get("/")).text)
    assert "Accepted 1" in text((await visitor.get("/?programme=ops-2026")).text)
    assert "Accepted 2" in text((await visitor.get("/?programme=unheard-of")).text)


async def test_a_rebuild_is_told_on_every_page(as_role: Any, site: Site) -> None:
    site.model.tell(0, submitted(0))
    site.model.rebuilding = submitted(0).submitted_at
    visitor = await as_role("viewer")
    for path in "/", "/applications", f"/applications/{id_of(0)}", "/dead-letters":
        page = text((await visitor.get(path)).text)
        assert "The read model is being made anew" in page, path
        assert "1,234 records" in page


async def test_an_application_is_found_by_its_id_and_by_what_the_hr_system_calls_it(as_role: Any, site: Site) -> None:
    known = application_id("campus-portal", "A-17")
    site.model.tell(0, submitted(0))
    visitor = await as_role("viewer")
    assert (await visitor.get(f"/applications?id={id_of(0)}")).headers["location"] == f"/applications/{id_of(0)}"
    for query, why in (
        ("id=A-17", "no application id"),
        (f"id={known}", "No such application"),
        ("id=A-17&source=campus-portal", "No such application"),
    ):
        answer = await visitor.get(f"/applications?{query}")
        assert answer.status_code == 404 and why in answer.text, query

    async def only(asked: Any) -> Any:
        return site if asked == known else None

    site.model.application = only  # type: ignore[method-assign]
    answer = await visitor.get("/applications?id=A-17&source=campus-portal")
    assert answer.headers["location"] == f"/applications/{known}"


async def test_an_application_shows_facts_decision_and_history(as_role: Any, site: Site) -> None:
    reason = {
        "rule": "grade",
        "en": "The grade is too low.",
        "zh": "成绩过低。",
        "change": {"en": "needs 3.0", "zh": "需 3.0"},
    }
    track = {
        "track": "ai",
        "outcome": "review",
        "rules": [
            {
                "rule": "statistics",
                "verdict": "fail",
                "observed": "0 of 6 courses",
                "required": "at least 1 in statistics",
            }
        ],
        "score": {
            "points": 41.5,
            "of": 100,
            "advance_from": 50,
            "review_from": 30,
            "components": [{"component": "ai-ethics", "points": None, "of": 15, "observed": "no answer"}],
        },
    }
    site.model.tell(
        1, submitted(1), submitted(1, at=1, revision=2), decided(1, "review", tracks=[track], reasons=[reason])
    )
    site.model.tell(1, review_given(1, "decline", 3), told(1, "held", 4, cause="mail server said 550"), withdrawn(1, 5))
    visitor = await as_role("viewer")
    answer = await visitor.get(f"/applications/{id_of(1)}")
    page = text(answer.text)
    for told_ in (
        "Withdrawn at 2026-03-01 08:05 UTC",
        "The grade is too low. needs 3.0",
        "graduation ✓ passed 2026-06 graduates 2025-11 to 2026-10",
        "statistics ✗ failed 0 of 6 courses at least 1 in statistics",
        "Score 41.5 of 100 advances from 50, goes to a person from 30",
        "AI ethics ? of 15 no answer",
        "Submitted by campus-portal",
        "Submitted again by campus-portal, corrected",
        "Decided by the policy: To a person",
        'li.na reviewed it: Decline. "because"',
        "Letter held for an operator: mail server said 550",
        "Triage of X-rays academic · AI Orders X-rays.",
        "Linear algebra mathematics",
        "A model must be able to say why.",
    ):
        assert told_ in page, told_
    assert f"{1:064x}" not in answer.text, "not even the pseudonym is on the page"
    visitor.cookies.set("console_language", "zh")
    page = text((await visitor.get(f"/applications/{id_of(1)}")).text)
    assert "成绩过低。 需 3.0" in page and "6 门课程中的 0 门" in page and "AI伦理" in page


async def test_who_decided_is_named_where_it_was_a_person(as_role: Any, site: Site) -> None:
    site.model.tell(1, submitted(1), decided(1, "review"))
    site.model.tell(1, decided(1, "decline", 4, "r", cause="review", decided_by="li.na", note="Too few courses."))
    page = text((await (await as_role("viewer")).get(f"/applications/{id_of(1)}")).text)
    assert "Decided by the policy: To a person" in page
    assert "Decided by li.na: Decline" in page
    assert "2026-03-01 08:04:00 UTC , by li.na" in page
    assert "The reviewer's reason: Too few courses." in page


async def test_an_application_that_waits_for_screening_says_so(as_role: Any, site: Site) -> None:
    site.model.tell(1, submitted(1))
    assert (
        "Screening has not decided on it yet" in (await (await as_role("viewer")).get(f"/applications/{id_of(1)}")).text
    )


@pytest.mark.parametrize(
    "path",
    [
        "/applications/x",
        f"/applications/{id_of('nobody')}",
        "/dead-letters/0/7",
        "/dead-letters/9999999999/1",
        "/nowhere",
        "/dead-letters?topic=%00",
    ],
)
async def test_what_is_not_there_is_said_in_words(as_role: Any, path: str) -> None:
    answer = await (await as_role("operator")).get(path)
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text


async def test_dead_letters_are_grouped_and_listed_page_by_page(as_role: Any, site: Site) -> None:
    for offset in range(60):
        site.model.bury(offset)
    site.model.bury(61, "not-json", "hiring.commands")
    visitor = await as_role("viewer")
    page = (await visitor.get("/dead-letters")).text
    assert "Content breaks the contract hiring.submissions 60" in text(page)
    assert "Not JSON hiring.commands 1" in text(page)
    first = (await visitor.get("/dead-letters?topic=hiring.submissions&flaw=invalid")).text
    older = html.unescape(re.search(r'href="([^"]+before=[^"]+)"', first)[1])  # type: ignore[index]
    second = (await visitor.get(older)).text
    shown = [int(it) for it in re.findall(r'href="/dead-letters/0/(\d+)"', first + second)]
    assert shown == list(range(59, -1, -1))
    assert "before=" not in second


async def test_only_an_operator_sees_the_record_and_the_others_are_told_why(as_role: Any, site: Site) -> None:
    site.model.bury(5)
    for role in "viewer", "reviewer", "auditor", "operator":
        visitor = await as_role(role)
        page = (await visitor.get("/dead-letters/0/5")).text
        assert "applicant.email: is not an e-mail address" in page, "the reason is for everybody"
        assert "hiring.submissions, partition 3, offset 105" in page
        assert ("xm@example.org" in page) == (role == "operator"), role
        assert ("Only operators see it" in page) == (role != "operator")
        assert ("It may hold personal data" in page) == (role == "operator")
        visitor.cookies.clear()
    assert site.model.fetched == [(0, 5)], "for nobody else it is even fetched"


async def test_what_stands_in_a_record_is_shown_and_never_run(as_role: Any, site: Site) -> None:
    site.model.bury(5, flaw="<b>")
    site.model.record = site.model.record._replace(value="<script>alert(1)</script>")  # type: ignore[union-attr]
    page = (await (await as_role("operator")).get("/dead-letters/0/5")).text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


async def test_a_record_that_is_gone_or_away_is_said_in_words(as_role: Any, site: Site) -> None:
    site.model.bury(5)
    site.model.record = None
    visitor = await as_role("operator")
    assert "kept no longer" in (await visitor.get("/dead-letters/0/5")).text

    async def away(*_: int) -> Any:
        raise TimeoutError

    site.model.fetch = away  # type: ignore[method-assign]
    assert "cannot be fetched from Kafka right now" in (await visitor.get("/dead-letters/0/5")).text


async def test_without_its_database_the_console_asks_to_come_back(as_role: Any, site: Site) -> None:
    visitor = await as_role("viewer")
    site.model.fault = ConnectionRefusedError()
    answer = await visitor.get("/")
    assert answer.status_code == 503
    assert "The console cannot answer right now" in answer.text


async def test_every_answer_is_locked_down(as_role: Any) -> None:
    visitor = await as_role("viewer")
    for path in "/", "/login", "/nowhere", "/static/console.css":
        answer = await visitor.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == ("no-store" if "static" not in path else "no-cache")
        assert "style=" not in answer.text or path.startswith("/static")


async def test_files_are_kept_by_browsers_until_they_change(visitor: Any) -> None:
    page = (await visitor.get("/login")).text
    address = re.search(r'href="(/static/console.css\?[^"]+)"', page)[1]  # type: ignore[index]
    answer = await visitor.get(address)
    assert "immutable" in answer.headers["cache-control"]
    again = await visitor.get(address, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await visitor.get("/static/../main.py")).status_code == 303
    assert (await visitor.get("/static/main.py")).status_code == 404


async def test_the_language_is_the_browsers_until_one_is_chosen(visitor: Any) -> None:
    assert "<h1>登录</h1>" in (await visitor.get("/login", headers={"accept-language": "zh-CN,zh;q=0.9"})).text
    answer = await visitor.get("/language/zh?next=/login")
    assert answer.status_code == 303
    assert "<h1>登录</h1>" in (await visitor.get("/login", headers={"accept-language": "en"})).text


async def test_figures_are_told_when_they_change_and_asked_for_once_for_all(site: Site) -> None:
    looks = 0

    async def look() -> Any:
        nonlocal looks
        looks += 1
        return await site.model.glance()

    live = Live(look)
    streams = [live.changes() for _ in range(5)]
    assert {(await anext(it)).all.accepted for it in streams} == {0}
    assert looks == 1
    site.model.tell(0, submitted(0))
    assert {it.all.accepted for it in await asyncio.gather(*(anext(it) for it in streams))} == {1}
    assert looks <= 3
    waiting = [asyncio.ensure_future(anext(it)) for it in streams]
    live.close()
    for it in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(it, StopAsyncIteration)
