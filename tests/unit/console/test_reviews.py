"""The pages of reviews: who sees what, one candidate at a time, and two people never at the same one."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from hiring.events import REVIEW_GIVEN
from hiring.events.command import ReviewGiven
from hiring.events.policy import PolicyKnown

from .conftest import Visitor
from .happened import decided, id_of, review_requested, submitted, told, withdrawn
from .site import Site
from .test_pages import text

WHY = "The thesis is an AI project."
REASON = {"rule": "ai-ethics", "en": "The answer is short.", "zh": "回答较短。"}


def wait_for(site: Site, n: int, at: float = 1, **more: Any) -> None:
    site.model.tell(n, submitted(n), decided(n, "review", at, reasons=[REASON], unit=None, **more))


async def another(site: Site, name: str = "operator") -> Visitor:
    client = Visitor(transport=httpx.ASGITransport(app=site.app), base_url=site.url)
    assert (await client.log_in(name)).status_code == 303
    return client


async def next_of(visitor: Visitor, query: str = "") -> str:
    """Where `next` leads, without following."""
    answer = await visitor.get(f"/reviews/next{query}")
    return answer.headers.get("location", "nobody")


async def post(visitor: Visitor, path: str, **form: str) -> httpx.Response:
    return await visitor.post(path, data={"token": await visitor.token("/reviews"), **form})


async def decide(visitor: Visitor, n: int, verdict: str = "advance", why: str = WHY, **form: str) -> httpx.Response:
    about = {"decision_id": str(id_of((n, "d"))), "verdict": verdict, "why": why}
    return await post(visitor, f"/reviews/{id_of(n)}/verdict", **{**about, **form})


async def test_the_longest_waiting_comes_first_and_filters_count(as_role: Any, site: Site) -> None:
    wait_for(site, 1, 9)
    wait_for(site, 2, 3, track="general")
    site.model.tell(3, submitted(3), decided(3, "decline", 1), review_requested(3, 5))
    site.model.tell(4, submitted(4), decided(4, "review"), withdrawn(4))
    site.model.tell(5, submitted(5), decided(5))
    page = (await (visitor := await as_role("viewer")).get("/reviews")).text
    rows = re.findall(r"data-row href=\"/applications/([^\"]+)\"", page)
    assert [UUID(it) for it in rows] == [id_of(2), id_of(3), id_of(1)]
    assert "3 wait" in text(page) and "the candidate asks for a person" in text(page)
    assert "AI ethics 2" in text(page), "by reason"
    one = text((await visitor.get("/reviews?track=general")).text)
    assert "1 wait" in one and "AI 2" in one
    assert "Nobody waits for a person" in text((await visitor.get("/reviews?programme=none-such")).text)


async def test_a_long_queue_goes_on_where_the_page_ended(as_role: Any, site: Site) -> None:
    for n in range(60):
        wait_for(site, n, n)
    visitor = await as_role("reviewer")
    first = (await visitor.get("/reviews?track=ai")).text
    onward = re.search(r'href="(/reviews\?track=ai&amp;after=[^"]+)"', first)
    assert onward and "60 wait" in text(first)
    second = (await visitor.get(onward[1].replace("&amp;", "&"))).text
    rows = re.findall(r"data-row href=\"/reviews/([^\"?]+)", first + second)
    assert [UUID(it) for it in rows] == [id_of(n) for n in range(60)]


@pytest.mark.parametrize("role", ["viewer", "auditor"])
async def test_who_does_not_decide_sees_the_queue_and_claims_nothing(as_role: Any, site: Site, role: str) -> None:
    wait_for(site, 1)
    visitor = await as_role(role)
    assert f"you are logged in as {role}" in text((await visitor.get("/reviews")).text)
    assert (await visitor.get(f"/reviews/{id_of(1)}")).headers["location"] == f"/applications/{id_of(1)}"
    assert (await visitor.get("/reviews/next")).status_code == 403
    for act in "verdict", "skip", "leave", "hold":
        assert (await post(visitor, f"/reviews/{id_of(1)}/{act}")).status_code == 403
    assert not site.reviews.claimed and not site.asked.sent


async def test_a_candidate_is_shown_blind_with_all_that_was_judged(as_role: Any, site: Site) -> None:
    wait_for(site, 1, tracks=[{"track": "ai", "outcome": "review", "rules": []}])
    visitor = await as_role("reviewer")
    assert await next_of(visitor) == f"/reviews/{id_of(1)}"
    page = (await visitor.get(f"/reviews/{id_of(1)}")).text
    for words in "The answer is short.", "Orders X-rays.", "A model must be able to say why.", "2026-06", "AI ethics":
        assert words in page, words
    assert "campus-portal" not in page, "which HR system sent it may tell the campus"
    assert "Yours until 09:50 UTC" in text(page)
    assert "What candidates write themselves may name them" in page


async def test_a_verdict_is_sent_with_its_reason_and_leads_to_the_next(as_role: Any, site: Site) -> None:
    for n in 1, 2:
        wait_for(site, n, n)
    visitor = await as_role("reviewer")
    await next_of(visitor, "?track=ai")
    answer = await decide(visitor, 1, place="ai/research")
    [(type_, command, key)] = site.asked.sent
    assert isinstance(command, ReviewGiven) and (type_, key) == (REVIEW_GIVEN, str(id_of(1)))
    assert (command.by, command.why, command.verdict) == ("reviewer", WHY, "advance")
    assert (command.decision_id, command.track, command.unit) == (id_of((1, "d")), "ai", "research")
    onward = (await visitor.get(answer.headers["location"])).headers["location"]
    assert onward == f"/reviews/{id_of(2)}?done={command.command_id}"
    page = text((await visitor.get(onward)).text)
    assert "Advanced: the verdict was accepted." in page and "You decided 1 today" in page
    await decide(visitor, 2, "decline", place="ai/research")
    assert site.asked.sent[1][1].track is None, "a decline names no track"  # type: ignore[attr-defined]
    assert "Nobody waits for you" in text((await visitor.get("/reviews/next")).text)


async def test_a_verdict_says_why_and_what_was_typed_stays(as_role: Any, site: Site) -> None:
    wait_for(site, 1)
    wait_for(site, 2, track=None, tracks=[{"track": "ai", "outcome": "review", "rules": []}])
    visitor = await as_role("reviewer")
    for form, words in (
        ({"verdict": "decline", "why": "no good"}, "Say why in a few words"),
        ({"verdict": "decline", "why": "word " * 500}, "too long"),
        ({"verdict": "maybe", "why": WHY}, "Choose to advance or to decline"),
        # As an address it is nine times as long.
        ({"verdict": "decline", "why": "长" * 2001}, "too long"),
    ):
        answer = await decide(visitor, 1, **form)
        assert answer.status_code == 400 and words in answer.text
        assert form["why"].strip() in answer.text
    answer = await decide(visitor, 2)
    assert answer.status_code == 400 and "choose one to advance to" in answer.text
    assert not site.asked.sent
    assert (await decide(visitor, 2, place="ai")).status_code == 303


async def test_the_places_to_advance_to_are_those_of_the_policy_that_decided(as_role: Any, site: Site) -> None:
    wait_for(site, 1)
    policy = {"tracks": [{"id": "ai", "units": ["research"]}, {"id": "general", "units": ["cloud"]}]}
    site.asked.known["c" * 64] = PolicyKnown.model_construct(digest="c" * 64, policy=policy)
    page = (await (await as_role("reviewer")).get(f"/reviews/{id_of(1)}")).text
    assert re.findall(r'<option value="([^"]*)"', page) == ["", "ai", "ai/research", "general", "general/cloud"]


async def test_two_reviewers_get_different_candidates(as_role: Any, site: Site) -> None:
    for n in 1, 2:
        wait_for(site, n, n)
    one, two = await as_role("reviewer"), await another(site)
    assert await next_of(one) == f"/reviews/{id_of(1)}"
    assert await next_of(two) == f"/reviews/{id_of(2)}"
    assert "reviewer looks at it" in text((await two.get("/reviews")).text)
    # Whoever opens what another looks at is told, and cannot decide.
    page = (await two.get(f"/reviews/{id_of(1)}")).text
    assert "reviewer looks at it until" in text(page) and "<textarea" not in page
    refused = await decide(two, 1)
    assert refused.status_code == 409 and "reviewer" in refused.text and WHY in refused.text
    assert not site.asked.sent


async def test_an_expired_claim_is_taken_over_and_its_verdict_is_not_sent(as_role: Any, site: Site) -> None:
    wait_for(site, 1)
    one, two = await as_role("reviewer"), await another(site)
    await next_of(one)
    assert await next_of(two) == "nobody"
    site.reviews.pass_time(timedelta(minutes=11))
    assert await next_of(two) == f"/reviews/{id_of(1)}"
    hold = await post(one, f"/reviews/{id_of(1)}/hold")
    assert "operator looks at it" in hold.text
    refused = await decide(one, 1)
    assert refused.status_code == 409 and "and then operator took it" in refused.text
    assert not site.asked.sent
    assert (await decide(two, 1)).status_code == 303


async def test_an_open_page_keeps_its_claim_for_an_hour(as_role: Any, site: Site) -> None:
    wait_for(site, 1)
    one, two = await as_role("reviewer"), await another(site)
    await next_of(one)
    for _ in range(7):
        site.reviews.pass_time(timedelta(minutes=8))
        assert "Yours until" in (await post(one, f"/reviews/{id_of(1)}/hold")).text
        assert await next_of(two) == "nobody"
    site.reviews.pass_time(timedelta(minutes=11))
    assert "held for you no longer" in (await post(one, f"/reviews/{id_of(1)}/hold")).text
    # Nobody took it: the verdict counts.
    assert (await decide(one, 1)).status_code == 303


async def test_skipping_puts_a_candidate_to_the_back_for_one_reviewer_alone(as_role: Any, site: Site) -> None:
    for n in 1, 2:
        wait_for(site, n, n)
    one, two = await as_role("reviewer"), await another(site)
    await next_of(one)
    skipped = await post(one, f"/reviews/{id_of(1)}/skip")
    assert (await one.get(skipped.headers["location"])).headers["location"] == f"/reviews/{id_of(2)}"
    assert await next_of(two) == f"/reviews/{id_of(1)}"
    await post(two, f"/reviews/{id_of(1)}/leave")
    await post(one, f"/reviews/{id_of(2)}/skip")
    page = text((await one.get("/reviews/next")).text)
    assert "You skipped 2" in page
    again = await post(one, "/reviews/again")
    assert (await one.get(again.headers["location"])).headers["location"] == f"/reviews/{id_of(1)}"


async def test_what_was_decided_meanwhile_is_told_and_nothing_is_sent(as_role: Any, site: Site) -> None:
    wait_for(site, 1)
    visitor = await as_role("reviewer")
    await next_of(visitor)
    site.model.tell(1, submitted(1, at=20, revision=2), decided(1, "review", 21, "anew", reasons=[REASON]))
    answer = await decide(visitor, 1)
    assert answer.status_code == 409 and "decided anew. Nothing was sent" in answer.text
    site.model.tell(1, decided(1, "advance", 30, "by a person", cause="review", decided_by="wei"), told(1, at=31))
    assert (await visitor.get(f"/reviews/{id_of(1)}")).status_code == 404
    assert not site.asked.sent


async def test_a_refusal_is_told_on_the_next_page_and_the_candidate_waits_on(as_role: Any, site: Site) -> None:
    wait_for(site, 1)
    site.asked.refusal = "another verdict on this decision was given before, and stands"
    visitor = await as_role("reviewer")
    await next_of(visitor)
    location = (await decide(visitor, 1)).headers["location"]
    page = text((await visitor.get(location)).text)
    assert "Not done: another verdict on this decision was given before" in page and "You decided 0 today" in page
    # Nobody is handed it again at once, whoever sent the verdict may look again.
    assert await next_of(await another(site)) == "nobody"
    assert "Yours until" in text((await visitor.get(f"/reviews/{id_of(1)}")).text)


async def test_a_verdict_that_is_not_answered_yet_is_told_and_nobody_gets_it_again(as_role: Any, site: Site) -> None:
    wait_for(site, 1)
    site.asked.silent = True
    visitor = await as_role("reviewer")
    location = (await decide(visitor, 1)).headers["location"]
    assert "not answered yet" in text((await visitor.get(location)).text)
    site.reviews.pass_time(timedelta(minutes=20))
    assert await next_of(await another(site)) == "nobody"
    assert "1 verdicts are sent and not answered yet" in text((await visitor.get("/reviews")).text)


async def test_a_reviewer_has_one_claim_at_a_time(as_role: Any, site: Site) -> None:
    for n in 1, 2:
        wait_for(site, n, n)
    visitor = await as_role("reviewer")
    for n in 1, 2:
        await visitor.get(f"/reviews/{id_of(n)}")
    assert list(site.reviews.claimed) == [id_of(2)]
    assert await next_of(await another(site)) == f"/reviews/{id_of(1)}"
