"""Acting in the console in a real browser: by keyboard alone, with a reason, told what became of it; who may not."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from console.accounts.file import Account, add
from hiring.events.command import (
    DeadLettersSettled,
    LettersPaused,
    LettersResumed,
    PolicyApproved,
    PolicyProposed,
    PolicyTrialRequested,
)

from ..unit.console.drive_policies import PROGRAMME, PROPOSED, tried  # noqa: TID252
from ..unit.console.site import PASSWORD, QUICK, Site  # noqa: TID252
from .test_console import GROUP, ONE, PATHS, log_in, site, stuck  # noqa: F401, the fixture is used by its name

pytestmark = pytest.mark.browser


async def reach(page: Page, selector: str) -> None:
    """Press the tabulator until that is focused."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await page.evaluate("it => document.activeElement.matches(it)", selector):
            return
    pytest.fail(f"no key leads to {selector}")


async def write_why(page: Page, selector: str, why: str) -> None:
    await reach(page, selector)
    await page.keyboard.type(why)
    await page.keyboard.press("Enter")


@ONE
async def test_letters_are_paused_and_resumed_from_the_keyboard(tab: Any, site: Site) -> None:  # noqa: F811
    page: Page = tab.page
    await log_in(page, site, to="/letters")
    await reach(page, "#scope")
    await page.keyboard.type(PROGRAMME[:5])
    await write_why(page, "#pause", "A typing error")
    await expect(page.get_by_role("status")).to_have_text("Done.")
    paused = page.locator(".paused", has_text=PROGRAMME)
    await expect(paused).to_contain_text("By operator since")
    sent = site.asked.sent[-1][1]
    assert isinstance(sent, LettersPaused) and (sent.programme, sent.why) == (PROGRAMME, "A typing error")
    await reach(page, ".paused summary")
    await page.keyboard.press("Enter")
    await write_why(page, "[name=why]", "Mended")
    await expect(page.get_by_role("status")).to_have_text("Done.")
    await expect(paused).to_have_count(0)
    assert isinstance(site.asked.sent[-1][1], LettersResumed)
    assert tab.complaints == []


@ONE
async def test_a_group_of_dead_letters_is_redriven_from_the_keyboard(tab: Any, site: Site) -> None:  # noqa: F811
    page: Page = tab.page
    await log_in(page, site, to="/dead-letters")
    await reach(page, "tbody a")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Content breaks the contract")
    await write_why(page, "#why", "The addresses are mended")
    await expect(page.get_by_role("status")).to_have_text("Done.")
    sent = site.asked.sent[-1][1]
    assert isinstance(sent, DeadLettersSettled) and sent.group is not None
    assert (sent.then, sent.group.flaw) == ("redrive", "invalid")
    site.asked.refusal = "the record is kept no longer"
    await write_why(page, "#why", "Once more")
    await expect(page.get_by_role("alert")).to_have_text("Not done: the record is kept no longer")
    assert tab.complaints == []


@ONE
async def test_a_policy_is_tried_proposed_and_approved_by_another(tab: Any, site: Site) -> None:  # noqa: F811
    page: Page = tab.page
    await log_in(page, site, to="/policies")
    await page.locator("#text").fill("rules: [")
    await write_why(page, "#why", "One long course")
    await expect(page.get_by_role("alert")).to_contain_text("Line 1: is not YAML")
    await expect(page.locator("#text")).to_have_value("rules: [")
    await page.locator("#text").fill(f"name: x\nversion: '5'\nprogramme: {PROGRAMME}\n")
    await page.locator("#why").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("under way")
    asked = site.asked.sent[-1][1]
    assert isinstance(asked, PolicyTrialRequested) and asked.why == "One long course"
    site.asked.tried[asked.command_id] = tried(asked.command_id)
    await expect(page.locator(".lead")).to_contain_text("46 applications would end with another outcome")
    await write_why(page, "#propose-why", "Tried on all")
    await expect(page.get_by_role("status")).to_have_text("Done.")
    proposed = site.asked.sent[-1][1]
    assert isinstance(proposed, PolicyProposed) and page.url.startswith(f"{site.url}/policies/{PROPOSED}")
    site.asked.known[PROPOSED] = site.asked.known[PROPOSED].model_copy(update={"proposed_by": "operator"})
    await page.goto(f"{site.url}/policies/{PROPOSED}")
    await expect(page.locator("main")).to_contain_text("You proposed it")
    await expect(page.get_by_role("button", name="Approve it")).to_have_count(0)
    await page.get_by_role("button", name="Log out").click()
    await asyncio.to_thread(add, site.accounts, Account(name="mei.lin", role="operator", password=QUICK.hash(PASSWORD)))
    await log_in(page, site, "mei.lin", f"/policies/{PROPOSED}")
    await write_why(page, "#approve-why", "Read")
    await expect(page.get_by_role("status")).to_have_text("Done.")
    approved = site.asked.sent[-1][1]
    assert isinstance(approved, PolicyApproved) and (approved.by, approved.digest) == ("mei.lin", PROPOSED)
    assert approved.effective_from == site.asked.known[PROPOSED].effective_from
    assert [it for it in tab.complaints if "400" not in it] == []


@ONE
async def test_who_may_only_look_is_shown_nothing_to_press(tab: Any, site: Site) -> None:  # noqa: F811
    page: Page = tab.page
    await log_in(page, site, "viewer")
    for path in (*PATHS, f"/letters/{stuck(site)}"):
        await page.goto(site.url + path)
        await expect(page.locator("main form[method=post]")).to_have_count(0)
        # Finding and filtering is looking.
        if not path.startswith("/applications?") and path != "/applications":
            await expect(page.locator("main :is(form, button, input)")).to_have_count(0)


@ONE
async def test_a_form_of_an_earlier_login_says_so_and_does_nothing(tab: Any, site: Site) -> None:  # noqa: F811
    page: Page = tab.page
    await log_in(page, site, to=GROUP)
    other = await page.context.new_page()
    await other.goto(site.url)
    await other.get_by_role("button", name="Log out").click()
    await log_in(other, site)
    before = len(site.asked.sent)
    await write_why(page, "#why", "Mended")
    await expect(page.get_by_role("heading", level=1)).to_have_text("That was not sent from this page")
    await expect(page.locator("main")).to_contain_text("open since an earlier login")
    assert len(site.asked.sent) == before
