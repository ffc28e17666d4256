"""The candidate's page over HTTP: who gets in, what is said, and what a press of a button does."""

import json
import re
from uuid import UUID, uuid4

import asyncpg
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from starlette.applications import Starlette

from hiring.events import APPLICATION_WITHDRAWN, REVIEW_REQUESTED
from hiring.events.command import ApplicationWithdrawn, ReviewRequested
from hiring.topics import COMMANDS
from notify.status.metrics import PageMetrics
from notify.status.routes import StatusPages
from notify.status.tokens import Tokens

from .people import DAY, KEY, NOW, REASON, WRITING, Site, decision, letter, person

SAME = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def site() -> Site:
    return Site()


def headers(record: object) -> dict[str, str]:
    return {name: (value or b"").decode() for name, value in record.headers}  # type: ignore[attr-defined]


async def test_the_page_says_what_and_why_and_holds_no_address(site: Site) -> None:
    answer = await site.get(site.page(person(letter(decision("decline", track="ai")))))
    assert answer.status_code == 200
    for words in ("Hello Ada Lovelace.", "Does not go on", REASON.en, "1 course in mathematics; needs 2", "2026"):
        assert words in answer.text
    assert "@" not in re.sub(r"<style>.*</style>", "", answer.text, flags=re.S)
    assert "<script" not in answer.text and "http" not in answer.text


async def test_it_speaks_the_candidates_language_or_the_one_they_chose(site: Site) -> None:
    url = site.page(person(letter(decision("decline")), name="王小明", locale="zh-CN"))
    chinese, english = await site.get(url), await site.get(f"{url}?lang=en")
    assert '<html lang="zh-Hans">' in chinese.text and "王小明，您好。" in chinese.text and REASON.zh in chinese.text
    assert '<html lang="en">' in english.text and REASON.en in english.text
    assert 'href="?lang=en"' in chinese.text and 'href="?lang=zh"' in english.text
    assert "?lang=en" in re.findall(r'href="([^"]*/withdraw/[^"]*)"', english.text)[0], "what was chosen goes along"


async def test_names_and_reasons_are_text(site: Site) -> None:
    bad = REASON.model_copy(update={"en": "<script>alert(1)</script>", "change": None})
    whom = person(letter(decision("decline", reasons=(bad,))), name="<b>Ada</b>")
    text = (await site.get(site.page(whom))).text
    assert "<script" not in text and "&lt;script&gt;" in text and "&lt;b&gt;Ada" in text


async def test_every_page_keeps_to_itself(site: Site) -> None:
    url = site.page(person(letter(decision("decline"))))
    answers = [
        await site.get(url),
        await site.get(site.wish(person(letter(decision("decline"))), "review")),
        await site.get("/s/nothing"),
        await site.post(site.wish(person(letter(decision("decline"))), "review"), **SAME),
        await site.post(site.wish(person(letter(decision("decline"))), "review"), origin="https://evil.example"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 303, 403]
    for answer in answers:
        told = answer.headers
        assert told["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in told["content-security-policy"]
        assert told["referrer-policy"] == "no-referrer" and told["cache-control"] == "no-store"
        assert told["x-robots-tag"].startswith("noindex") and "set-cookie" not in told


async def test_whatever_is_wrong_with_an_address_the_answer_is_the_same() -> None:
    site, short = Site(), Site(days=5)
    whom = person(letter(decision("decline")))
    good, expired = site.page(whom), short.page(whom)
    unknown = site.pages.url(uuid4())
    answers = [
        await site.get(good[:-1] + ("A" if good[-1] != "A" else "B")),
        await site.get(unknown),
        await short.get(expired),
        await site.get(f"{good}/review/{uuid4()}"),
        await site.get(f"{good}/review/1"),
        await site.get(f"{good}/dance/{whom.letters[0].decision_id}"),
        await site.get("/s/"),
        await site.get("/s/%F0%9F%8C%B1"),
        await site.get(f"/s/{'x' * 5000}"),
        await site.post(f"{unknown}/review/{uuid4()}", **SAME),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "Open the newest letter" in answers[0].text
    assert "最近发给您的邮件" in (await site.get("/s/x", **{"accept-language": "zh-CN,zh;q=0.9"})).text
    assert (await site.get(good)).status_code == 200


async def test_a_page_leads_to_ones_own_applications_only(site: Site) -> None:
    mine, other = person(letter(decision("decline"))), person(letter(decision("decline")))
    theirs = other.letters[0].decision_id
    site.page(other)
    assert (await site.post(f"{site.page(mine)}/withdraw/{theirs}", **SAME)).status_code == 404
    assert site.outlet.published == []


async def test_to_ask_for_a_person_is_one_command_however_often_it_is_pressed(site: Site) -> None:
    made = decision("decline")
    url = site.wish(person(letter(made)), "review")
    asked = await site.get(url)
    assert asked.status_code == 200 and '<form method="post">' in asked.text
    assert site.outlet.published == [], "looking changes nothing"
    answers = [await site.post(url, **SAME), await site.post(url, **SAME)]
    assert [answer.status_code for answer in answers] == [303, 303]
    first, second = site.outlet.published
    command = ReviewRequested.model_validate_json(first.value or b"")
    assert (first.topic, first.key) == (COMMANDS, str(made.application_id).encode())
    assert headers(first)["ce_type"] == REVIEW_REQUESTED and headers(first)["ce_id"] == str(command.command_id)
    assert (command.decision_id, command.application_id, command.by) == (
        made.decision_id,
        made.application_id,
        "candidate",
    )
    assert json.loads(second.value or b"")["command_id"] == str(command.command_id)
    page = await site.get(str(answers[0].next_request.url))  # type: ignore[union-attr]
    assert "Thank you, we have your request" in page.text and "You asked on " in page.text
    assert "/review/" not in page.text, "asked for already, it is not offered again"


async def test_to_withdraw_is_a_command_of_its_own_for_each_time_one_applied(site: Site) -> None:
    made = decision("advance", submitted_at=NOW + DAY)
    again = made.model_copy(update={"submitted_at": NOW + 2 * DAY})
    for one in (made, made, again):
        answer = await site.post(f"{site.wish(person(letter(one)), 'withdraw')}?lang=zh", **SAME)
        assert answer.status_code == 303
    commands = [ApplicationWithdrawn.model_validate_json(it.value or b"") for it in site.outlet.published]
    assert headers(site.outlet.published[0])["ce_type"] == APPLICATION_WITHDRAWN
    assert commands[0].command_id == commands[1].command_id != commands[2].command_id
    assert (commands[0].source, commands[0].by) == ("status-page", "candidate")
    assert commands[0].at == made.submitted_at, "a source's clock that is ahead does not outrank the wish"
    page = await site.get(str(answer.next_request.url))  # type: ignore[union-attr]
    assert "已撤回" in page.text and "/withdraw/" not in page.text


@pytest.mark.parametrize(
    ("wish", "row"),
    [
        ("review", letter(decision("advance"))),
        ("review", letter(decision("review"))),
        ("review", letter(decision("decline"), "queued")),
        ("review", letter(decision("decline"), review_asked_at=NOW)),
        ("review", letter(decision("decline", cause="review", reviewed=uuid4()))),
        ("withdraw", letter(decision("decline"), fallen="withdrawn", withdrawn_at=NOW)),
    ],
)
async def test_what_cannot_be_asked_for_leads_back_to_the_page(site: Site, wish: str, row: object) -> None:
    url = site.wish(person(row), wish)  # type: ignore[arg-type]
    for answer in await site.get(url), await site.post(url, **SAME):
        assert answer.status_code == 303
        assert str(answer.next_request.url) == url.split(f"/{wish}/")[0]  # type: ignore[union-attr]
    assert site.outlet.published == []


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://status.test"}, 403),
        ({"origin": "http://status.test"}, 303),
        ({"origin": "null"}, 303),
        ({}, 303),
        ({"origin": "https://evil.example"}, 403),
    ],
)
async def test_only_ones_own_page_presses_a_button(site: Site, told: dict[str, str], status: int) -> None:
    answer = await site.post(site.wish(person(letter(decision("decline"))), "review"), **told)
    assert answer.status_code == status
    assert len(site.outlet.published) == (status == 303)


async def test_without_kafka_nobody_is_thanked(site: Site) -> None:
    url = site.wish(person(letter(decision("decline"))), "review")
    site.outlet.away = True
    answer = await site.post(url, **SAME)
    assert answer.status_code == 503 and "Please try again" in answer.text and "Thank you" not in answer.text
    site.outlet.away = False
    assert (await site.post(url, **SAME)).status_code == 303


@pytest.mark.parametrize("fault", [TimeoutError(), ConnectionRefusedError(), asyncpg.CannotConnectNowError()])
async def test_without_the_ledger_the_page_asks_to_come_back(site: Site, fault: Exception) -> None:
    url = site.page(person(letter(decision("decline"))))
    site.ledger.fault = fault
    answer = await site.get(url)
    assert answer.status_code == 503 and "try again in a few minutes" in answer.text


async def test_before_it_is_connected_the_page_asks_to_come_back() -> None:
    pages = StatusPages(Tokens([KEY], DAY), "http://status.test", WRITING, PageMetrics(CollectorRegistry()))
    site = Site()
    site.app = Starlette(routes=pages.routes())
    assert (await site.get(pages.url(uuid4()))).status_code == 503
    assert (await site.get("/s/nothing")).status_code == 404


async def test_a_receipt_of_another_page_thanks_nobody(site: Site) -> None:
    url = site.page(person(letter(decision("decline"))))
    receipt = site.tokens.receipt("withdraw", UUID(int=7))
    assert "status" not in re.findall(r'role="(\w+)"', (await site.get(f"{url}?noted={receipt}")).text)


async def test_neither_log_nor_metrics_hold_an_address(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    whom = person(letter(decision("decline")))
    url = site.wish(whom, "review")
    token = url.split("/s/")[1].split("/")[0]
    with caplog.at_level("DEBUG"):
        await site.get(url)
        await site.post(url, **SAME)
        site.ledger.fault = ConnectionRefusedError()
        await site.get(url)
    metrics = generate_latest(site.registry).decode()
    assert 'hiring_status_wishes_total{wish="review"} 1.0' in metrics and 'status="503"' in metrics
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]
    assert not any(secret in text for text in [metrics, *ours] for secret in (token, str(whom.letters[0].decision_id)))
