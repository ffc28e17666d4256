"""One operator's day at the console of the compose project: the tests follow one another, as the day does.

`COHORT_IMAGES=1` writes docs/images/compose-operator-day.png anew.
"""

import asyncio
import hmac
import os
import re
import shutil
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser, expect

from hiring.identity import application_id

from .compose import ROOT, until
from .conftest import Machine
from .day import Day, at_work
from .desk import PATIENCE
from .sending import SOURCE, applications, example, send, send_one

pytestmark = [pytest.mark.containers, pytest.mark.browser, pytest.mark.timeout(420)]

MANY = 5000
EXAMPLES = ROOT / "docs/examples"
POLICY = ROOT / "services/screening/screening/policies/ai-internships-2026.yaml"
HOOK_KEY = "put-a-key-of-yours-here"
PAGES = {
    "login", "glance", "applications", "application", "reviews", "review", "letters", "letter", "policies", "policy",
    "trial", "dead-letters", "dead-group", "dead-letter", "actions",
}  # fmt: skip


@pytest.fixture(scope="module")
async def day(machine: Machine, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with at_work(machine.pipeline(), browser, tmp_path_factory.mktemp("console")) as people:
        yield people


async def test_a_drive_of_five_thousand_is_seen_while_it_goes_through(day: Day) -> None:
    desk, page = day.operator, await day.operator.open("/")
    mails = day.pipeline.mails()
    accepted, *_ = await desk.figures()
    all_of_them = [accepted + MANY] * 3
    await expect(page.locator(".funnel .figure")).to_have_text([f"{accepted:,}"] * 3, timeout=PATIENCE)
    loads = desk.loads
    sending = asyncio.create_task(send(day.pipeline.intake_url, day.key, MANY, "day"))
    while (await desk.figures())[1] < accepted + MANY / 4:
        await asyncio.sleep(0.1)
    await desk.shoot("glance")
    if "COHORT_IMAGES" in os.environ:
        shutil.copy(day.shots / "glance.png", ROOT / "docs/images/compose-operator-day.png")
    assert len(await sending) == MANY
    told = [f"{n:,}" for n in all_of_them]
    await expect(page.locator(".funnel .figure")).to_have_text(told, timeout=3 * PATIENCE)
    assert desk.loads == loads, "the figures change by themselves"
    await until(lambda: day.pipeline.decided() == (accepted + MANY,) * 2, "all are decided, each once")
    await until(lambda: day.pipeline.letters() == {"sent": accepted + MANY}, "every letter is sent")
    await until(lambda: day.pipeline.mails() == mails + MANY, "Mailpit has every letter, and none twice")
    # Two charts are drawn, of points that say that screening was at work.
    drawn = "all => all.map(it => it.getContext('2d').getImageData(0, 0, it.width, it.height).data.some(n => n > 0))"
    assert await page.locator("[data-chart] canvas").evaluate_all(drawn) == [True, True]
    points = "it => Math.max(...JSON.parse(it.dataset.points).rates[1])"
    assert await page.locator("#points").evaluate(points) > 0


async def test_one_application_is_found_by_what_the_hr_system_calls_it(day: Day) -> None:
    called = {application_id(SOURCE, it["external_id"]): it["external_id"] for it in applications(MANY, "day")}
    declined = day.pipeline.psql("screening", "SELECT application_id FROM decisions WHERE outcome = 'decline'")
    found = next(id_ for id_ in map(UUID, declined.split()) if id_ in called)
    page = await day.operator.open("/applications", "applications")
    await page.locator("#id").fill(called[found])
    await page.locator("#source").fill(SOURCE)
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(str(found))
    await day.operator.shoot("application")
    await expect(page.locator(".chips .decline")).to_have_text("Decline")
    await expect(page.locator(".chips .letter")).to_have_text("Letter: sent")
    assert await page.locator(".reasons li").count() >= 1
    why = page.locator("table.rules tr", has=page.locator(".chip.fail")).first
    assert all(await why.locator("td").all_inner_texts()), "a rule that failed, what it found and what it asks for"
    await expect(page.locator(".timeline")).to_contain_text("Decided by the policy: Decline")


async def test_a_delivery_is_redriven_once_its_mapping_is_mended(day: Day) -> None:
    """As docs/deploy.md has it."""
    desk, hooks = day.operator, day.pipeline.secrets / "sources/webhooks.yaml"
    body = (EXAMPLES / "greenhouse.json").read_bytes()
    signature = f"sha256 {hmac.new(HOOK_KEY.encode(), body, 'sha256').hexdigest()}"
    async with httpx.AsyncClient(base_url=day.pipeline.intake_url, trust_env=False, timeout=60) as http:
        sent = await http.post("/v1/hooks/greenhouse/career-site", content=body, headers={"Signature": signature})
    assert sent.json()["status"] == "set-aside"
    read = day.pipeline.logged("intake", "webhooks read")
    hooks.write_text(hooks.read_text().replace("    #", "    "))
    await until(lambda: day.pipeline.logged("intake", "webhooks read") > read, "intake takes up the mapping")
    await desk.open("/dead-letters")
    await desk.until_told("tr", "hooks/greenhouse/career-site")
    await desk.shoot("dead-letters")
    await desk.page.locator("tr", has_text="hooks/greenhouse/career-site").get_by_role("link").click()
    await expect(desk.page.locator("tbody .detail")).to_contain_text("candidate.email")
    await desk.shoot("dead-group")
    await desk.page.locator("tbody a").click()
    await expect(desk.page.locator("pre")).to_contain_text("mary@mail.example")
    await desk.shoot("dead-letter")
    why = "The mapping names the field of the address now."
    await day.ask(desk, "Redrive it", "Dead letters settled", why)
    await desk.until_told(".chip.pass", "redriven")
    await expect(desk.page.locator(".summary")).to_contain_text(why)
    applied = application_id("career-site", "2026301")
    assert await day.decided(applied) == "review"
    await until(lambda: len(day.pipeline.mails_to("mary@mail.example")) == 1, "she is told")


async def test_what_nobody_needs_is_discarded(day: Day) -> None:
    producing = [
        "exec", "-T", "-e", "KAFKA_OPTS=", "kafka", "/opt/kafka/bin/kafka-console-producer.sh",
        "--bootstrap-server", "kafka:9091", "--command-config", "/run/secrets/kafka-admin-properties",
        "--topic", "hiring.submissions",
    ]  # fmt: skip
    await asyncio.to_thread(day.pipeline, *producing, typed="no JSON\n")
    desk = day.operator
    await desk.open("/dead-letters")
    await desk.until_told("tr", "hiring.submissions")
    await desk.page.locator("tr", has_text="hiring.submissions").get_by_role("link").first.click()
    await expect(desk.page.locator("#settle")).to_be_visible()
    await desk.page.locator("tbody a").first.click()
    await day.ask(desk, "Discard it", "Dead letters settled", "A test of the portal's.")
    await desk.until_told(".chip", "discarded")


async def test_two_reviewers_are_handed_different_candidates_and_decide(day: Day) -> None:
    mails = day.pipeline.mails()
    desks = day.operator, day.reviewer
    for desk in desks:
        await desk.open("/reviews", "reviews")
    # At the same moment, and from here on by keyboard alone.
    await asyncio.gather(*(desk.page.keyboard.press("n") for desk in desks))
    handed = [await desk.handed() for desk in desks]
    assert handed[0] != handed[1]
    verdicts = [
        ("a", "advance", "The answer is short, and says what matters."),
        ("d", "decline", "The project is no work of the candidate's own."),
    ]
    for desk, id_, (key, outcome, why) in zip(desks, handed, verdicts, strict=True):
        await desk.decide_by_keyboard(key, why)
        await desk.shoot("review")
        day.done.append((desk.name, "Application reviewed", why))
        await desk.open(f"/applications/{id_}")
        await desk.until_told(".timeline li", f"Decided by {desk.name}")
        await expect(desk.page.locator(f".chips .{outcome}")).to_be_visible()
        await expect(desk.page.locator(".timeline")).to_contain_text(why)
        await until(lambda id_=id_: day.letters_of(id_) == ["sent", "sent"], "there was a letter, and another now")  # type: ignore[misc]
    await until(lambda: day.pipeline.mails() == mails + 2, "both are told")


async def test_no_letter_goes_out_while_they_are_paused(day: Day) -> None:
    desk, address = day.operator, "paused@mail.example"
    await desk.open("/letters")
    await day.ask(desk, "Pause", "Letters paused", "The text has a mistake.")
    mails = day.pipeline.mails()
    try:
        applied = await send_one(day.pipeline.intake_url, day.key, example("paused", address))
        assert await day.decided(applied) == "advance"
        await until(lambda: day.letters_of(applied) == ["queued"], "the letter waits")
        await desk.open("/letters")
        await desk.until_told("tr:has(th:text('under way')) td", "1")
        await expect(desk.page.locator(".paused")).to_contain_text("By operator since")
        await desk.shoot("letters")
        assert (day.pipeline.mails(), day.letters_of(applied)) == (mails, ["queued"])
    finally:
        await desk.open("/letters")
        await desk.page.locator(".paused summary").click()
        await day.ask(desk, "Let them go out again", "Letters resumed", "The text is right now.")
    await until(lambda: len(day.pipeline.mails_to(address)) == 1, "it goes out")
    assert day.pipeline.mails() == mails + 1


async def test_a_letter_that_failed_is_sent_once_more(day: Day) -> None:
    desk, address = day.operator, "refused@mail.example"
    day.pipeline.refuse_mail(100)
    try:
        applied = await send_one(day.pipeline.intake_url, day.key, example("refused", address))
        await until(lambda: day.letters_of(applied) == ["failed"], "the relay takes it from nobody")
    finally:
        day.pipeline.refuse_mail(0)
    await desk.open("/letters")
    await desk.until_told("a", str(applied))
    await desk.page.get_by_role("link", name=str(applied)).click()
    await expect(desk.page.locator(".summary")).to_contain_text("550")
    await desk.shoot("letter")
    await day.ask(desk, "Send it once more", "Letter settled", "The mailbox takes mail again.")
    await until(lambda: len(day.pipeline.mails_to(address)) == 1, "it goes out")
    await until(lambda: day.letters_of(applied) == ["sent"], "and counts as sent")


async def test_a_policy_is_tried_proposed_approved_and_judges(day: Day) -> None:
    desk, second = day.operator, day.second
    before = example("late-1", "late-1@mail.example", "2027-06")
    assert await day.decided(await send_one(day.pipeline.intake_url, day.key, before)) == "decline"
    changed = POLICY.read_text()
    for was, now in (
        ('version: "2"', 'version: "3"'),
        ('latest: "2026-10"', 'latest: "2027-08"'),
        ("to October 2026.\n", "to August 2027.\n"),
        ("至2026年10月", "至2027年8月"),
    ):
        assert was in changed
        changed = changed.replace(was, now)
    page = await desk.open("/policies", "policies")
    await page.locator("#text").fill(changed)
    why = "A year more, should there be seats."
    await page.locator("#why").fill(why)
    await page.get_by_role("button", name="Try it").click()
    day.done.append((desk.name, "Policy tried", why))
    await expect(page.locator("#propose")).to_be_visible(timeout=PATIENCE)
    await expect(page.locator(".lead")).to_contain_text(re.compile(r"[1-9][\d,]* applications would end"))
    await desk.shoot("trial")
    await day.ask(desk, "Propose it", "Policy proposed", "There are seats for a year more.")
    await expect(page.get_by_text("another person has to approve it")).to_be_visible()
    await desk.shoot("policy")
    await second.open("/policies")
    await second.page.get_by_role("link", name="version 3").click()
    await expect(second.page.locator("#changes ~ ul")).to_contain_text("2026-10 to 2027-08")
    await day.ask(second, "Approve it", "Policy approved", "Agreed with the universities.")
    await second.until_told(".chip.advance", "judges now")
    after = await send_one(day.pipeline.intake_url, day.key, example("late-2", "late-2@mail.example", "2027-06"))
    assert await day.decided(after) == "advance"
    await desk.open(f"/applications/{after}")
    await desk.until_told(".summary", "version 3")


async def test_who_did_what_is_told_with_who_and_why(day: Day) -> None:
    page = await day.operator.open("/actions", "actions")
    assert len(day.done) == 10
    for by, what, why in day.done:
        row = page.locator("tbody tr", has_text=why)
        await expect(row.locator("th")).to_have_text(by)
        await expect(row).to_contain_text(what)
        await expect(row.locator("td").last).to_contain_text("obeyed")


def test_every_page_was_seen_and_the_browsers_have_no_complaint(day: Day) -> None:
    assert {shot.stem for shot in day.shots.iterdir()} == PAGES
    assert [desk.complaints for desk in (day.operator, day.reviewer, day.second)] == [[], [], []]
