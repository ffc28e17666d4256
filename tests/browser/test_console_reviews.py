"""The review queue in a real browser: by keyboard alone, under the thumb on a phone, without scripts, accessible.

`COHORT_IMAGES=1` writes docs/images/console-review.png anew.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from hiring.events.command import ReviewGiven
from hiring.events.policy import PolicyKnown

from ..unit.console.drive import _AI, _RULES  # noqa: TID252
from ..unit.console.happened import START, decided, id_of, review_requested, submitted  # noqa: TID252
from ..unit.console.site import PASSWORD, Site  # noqa: TID252
from .serving import complaints_of_axe
from .test_console import IMAGES, log_in, site  # noqa: F401, the fixture is used by its name

pytestmark = pytest.mark.browser

ONE = pytest.mark.parametrize("tab", ["desktop"], indirect=True)
PHONE = pytest.mark.parametrize("tab", ["phone"], indirect=True)
WHY = "The answer is short, and says what matters."
REASONS = [
    {"rule": "ai-ethics", "en": "Your answer on the ethics of AI is short, so a person will read it.",
     "zh": "您对AI伦理问题的回答较短，将由工作人员阅读。"},
    {"rule": "score", "en": "The score is between the two marks, so a person looks at it.",
     "zh": "得分介于两个分数线之间，由工作人员审阅。"},
]  # fmt: skip
POLICY = {"tracks": [{"id": "ai", "units": ["research", "cloud"]}, {"id": "general", "units": ["delivery"]}]}


@pytest.fixture
def queue(site: Site) -> Iterator[Site]:  # noqa: F811
    """Five who wait: 2001 the longest, 2004 since the candidate asked."""
    now = (datetime.now(UTC) - START) / timedelta(minutes=1)
    site.model.events.clear()
    site.asked.sent.clear()
    site.reviews.now = datetime.now(UTC)
    site.asked.known["c" * 64] = PolicyKnown.model_construct(digest="c" * 64, policy=POLICY)
    about = {"rules": _RULES, "tracks": [_AI], "unit": None}
    for n, hours in (2001, 76), (2002, 51), (2003, 20), (2005, 1):
        reasons = REASONS if n != 2003 else REASONS[1:]
        site.model.tell(n, submitted(n, now - hours * 60 - 3))
        site.model.tell(n, decided(n, "review", now - hours * 60, reasons=reasons, **about))
    site.model.tell(2004, submitted(2004, now - 900), decided(2004, "decline", now - 890, reasons=REASONS, **about))
    site.model.tell(2004, review_requested(2004, now - 300))
    yield site


def verdicts(of: Site) -> list[tuple[str, str]]:
    return [(it.verdict, it.why) for _, it, _ in of.asked.sent if isinstance(it, ReviewGiven)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_page_of_reviews_is_accessible_and_fits(tab: Any, queue: Site, scheme: Any, language: str) -> None:
    page: Page = tab.page
    await page.emulate_media(color_scheme=scheme)
    await page.goto(f"{queue.url}/language/{language}?next=/login")
    await log_in(page, queue, "reviewer", "/reviews")
    # Another looks at one, and one is not in the queue.
    await queue.reviews.take(id_of(2002), "operator")
    gone = f"/reviews/{id_of(1)}"
    for path in ("/reviews", f"/reviews/{id_of(2002)}", gone, "/reviews/next?track=none", "/reviews/next"):
        await page.goto(queue.url + path)
        assert await complaints_of_axe(page) == [], path
        assert await tab.width_needed() <= page.viewport_size["width"], path  # type: ignore[index]
    await page.keyboard.press("a")
    await expect(page.locator("#reason")).to_be_focused()
    assert await complaints_of_axe(page) == []
    assert await tab.width_needed() <= page.viewport_size["width"]  # type: ignore[index]
    assert tab.origins() == {queue.url}
    assert [it for it in tab.complaints if "404" not in it] == []


@ONE
async def test_a_reviewer_decides_by_keyboard_alone(tab: Any, queue: Site) -> None:
    page: Page = tab.page
    await page.goto(f"{queue.url}/reviews")
    await expect(page.locator("#name")).to_be_focused()
    for text in "reviewer", PASSWORD:
        await page.keyboard.type(text)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Reviews")
    # The list: down, up, and by arrows once a row has the focus.
    await page.keyboard.press("j")
    await expect(page.locator("a[data-row]").nth(0)).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await expect(page.locator("a[data-row]").nth(1)).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{queue.url}/reviews/{id_of(2002)}")
    await page.keyboard.press("Escape")
    await page.wait_for_url(f"{queue.url}/reviews")
    assert not queue.reviews.claimed, "going back gives it back"

    await page.keyboard.press("n")
    await page.wait_for_url(f"{queue.url}/reviews/{id_of(2001)}")
    await expect(page.locator("#subject")).to_be_focused()
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_have_attribute("open", "")
    await page.keyboard.press("Escape")
    await expect(page.locator("#keys")).not_to_have_attribute("open", "")
    await page.keyboard.press("s")
    await page.wait_for_url(f"{queue.url}/reviews/{id_of(2002)}")
    await page.keyboard.press("d")
    await expect(page.locator("#reason")).to_be_focused()
    assert await page.locator("[value=decline]").is_checked()
    await expect(page.locator("#place")).to_be_hidden()
    # In a text field every letter is a letter.
    await page.keyboard.type(f"{WHY} asd?")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(f"{queue.url}/reviews/{id_of(2003)}?done=*")
    await expect(page.locator("#banner")).to_have_text("Declined: the verdict was accepted.")
    await expect(page.locator("#announce")).to_have_text("Declined: the verdict was accepted.")
    assert verdicts(queue) == [("decline", f"{WHY} asd?")]

    # A reason that says too little is asked for, and what was chosen stays.
    await page.keyboard.press("a")
    await page.keyboard.type("fine")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#problem")).to_contain_text("three at least")
    await expect(page.locator("#reason")).to_be_focused()
    assert await page.locator("[value=advance]").is_checked()
    await page.keyboard.press("Escape")
    await expect(page.locator("#subject")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#problem")).to_be_visible(), "what is typed is not left by a key"
    queue.asked.refusal = "another verdict on this decision was given before, and stands"
    await page.keyboard.press("a")
    await page.keyboard.press("End")
    await page.keyboard.type(f". {WHY}")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("alert").first).to_contain_text("Not done: another verdict")
    assert tab.complaints == [it for it in tab.complaints if "400" in it]


@ONE
async def test_single_keys_can_be_switched_off_and_stay_off(tab: Any, queue: Site) -> None:
    page: Page = tab.page
    await log_in(page, queue, "reviewer", "/reviews")
    await page.keyboard.press("?")
    await page.locator("#keys-on").uncheck()
    await page.goto(f"{queue.url}/reviews/next")
    await expect(page.locator("#send kbd")).to_be_hidden()
    for key in "a", "d", "s", "?", "Escape":
        await page.keyboard.press(key)
    await expect(page.locator("#subject")).to_be_focused()
    assert page.url == f"{queue.url}/reviews/{id_of(2001)}" and not await page.locator(":checked[name=verdict]").count()
    await page.locator("[value=advance]").check()
    await page.locator("#reason").fill(WHY)
    await page.locator("#reason").press("Control+Enter")
    await page.wait_for_url(f"{queue.url}/reviews/{id_of(2002)}?done=*")


@PHONE
async def test_the_verdict_is_under_the_thumb(tab: Any, queue: Site) -> None:
    page: Page = tab.page
    await log_in(page, queue, "reviewer", "/reviews")
    await page.locator("#next").click()
    height = page.viewport_size["height"]  # type: ignore[index]
    for choice in ".choice.advance", ".choice.decline", ".skipping":
        box = await page.locator(choice).bounding_box()
        assert box and box["y"] > height * 0.85 and box["y"] + box["height"] <= height, choice
        assert box["height"] >= 40
    await expect(page.locator("#reason")).to_be_hidden()
    await page.locator(".choice.advance").click()
    for id_ in "#place", "#reason", "#send":
        await expect(page.locator(id_)).to_be_in_viewport(ratio=1)
    await page.locator("#place").select_option("general/delivery")
    await page.locator("#reason").fill(WHY)
    await page.locator("#send").click()
    await expect(page.locator("#banner")).to_contain_text("Advanced")
    # What is at the end of the page is not covered.
    await page.keyboard.press("End")
    end = await page.locator(".timeline li").last.bounding_box()
    form = await page.locator(".verdict").bounding_box()
    assert end and form and verdicts(queue) == [("advance", WHY)]


async def test_it_works_without_scripts(browser: Browser, queue: Site) -> None:
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 850})
    page = await context.new_page()
    await log_in(page, queue, "reviewer", "/reviews")
    await expect(page.locator("#keys")).to_be_hidden()
    await expect(page.locator("#next kbd")).to_be_hidden()
    await page.locator("#next").click()
    await page.get_by_role("button", name="Skip for now").click()
    await page.wait_for_url(f"{queue.url}/reviews/{id_of(2002)}")
    await page.locator(".choice.decline").click()
    await page.locator("#reason").fill(WHY)
    await page.locator("#send").click()
    await expect(page.locator("#banner")).to_contain_text("Declined")
    await page.get_by_role("button", name="Back to the list").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Reviews")
    assert verdicts(queue) == [("decline", WHY)]
    await context.close()


@ONE
async def test_an_open_page_keeps_its_claim_and_says_when_it_is_lost(tab: Any, queue: Site) -> None:
    page: Page = tab.page
    await page.clock.install()
    await log_in(page, queue, "reviewer", "/reviews")
    await page.goto(f"{queue.url}/reviews/next")
    _, _, until, _ = queue.reviews.claimed[id_of(2001)]
    queue.reviews.pass_time(timedelta(minutes=2))
    async with page.expect_response("**/hold"):
        await page.clock.fast_forward(121_000)
    assert queue.reviews.claimed[id_of(2001)][2] == until + timedelta(minutes=2)
    await expect(page.locator("#claim")).to_contain_text("Yours until")
    queue.reviews.pass_time(timedelta(minutes=11))
    await queue.reviews.take(id_of(2001), "wei.zhang")
    async with page.expect_response("**/hold"):
        await page.clock.fast_forward(121_000)
    await expect(page.locator("#claim")).to_contain_text("wei.zhang looks at it")
    assert tab.complaints == []


@pytest.mark.skipif("COHORT_IMAGES" not in os.environ, reason="writes docs/images")
async def test_the_screenshot_of_the_documentation(browser: Browser, queue: Site) -> None:
    context = await browser.new_context(viewport={"width": 1180, "height": 1000})
    page = await context.new_page()
    await log_in(page, queue, "reviewer", "/reviews")
    await page.locator("#next").click()
    await expect(page.locator("#subject")).to_be_focused()
    await page.keyboard.press("a")
    await page.keyboard.type("The answer is short, but it names who is harmed and how that is measured.")
    await page.screenshot(path=IMAGES / "console-review.png")
    await context.close()
