"""The candidate's page in a real browser: readable, usable by keyboard and by screen reader, and all by itself."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from notify.ledger.looking import Person

from ..unit.notify.status.people import DAY, NOW, Site, decision, letter, person  # noqa: TID252
from .serving import complaints_of_axe, free_port, serving

pytestmark = pytest.mark.browser

IMAGES = Path(__file__).parents[2] / "docs" / "images"
ONE = pytest.mark.parametrize("tab", ["desktop"], indirect=True)
PHONE = pytest.mark.parametrize("tab", ["phone"], indirect=True)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site(f"http://127.0.0.1:{(port := free_port())}")
    async with serving(site.app, port):
        yield site


def declined(**more: Any) -> Person:
    return person(letter(decision("decline", track="ai")), **more)


def several(**more: Any) -> Person:
    """Every state that a page can show."""
    return person(
        letter(decision("advance", track="ai", unit="research")),
        letter(decision("decline", track="general", unit="delivery")),
        letter(decision("review", track="general")),
        letter(decision("decline"), "queued"),
        letter(decision("advance"), "failed"),
        letter(decision("decline", track="general"), fallen="withdrawn", withdrawn_at=NOW - DAY),
        **more,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
async def test_every_page_is_accessible_and_fits_the_window(tab: Any, site: Site, scheme: Any, locale: str) -> None:
    await tab.page.emulate_media(color_scheme=scheme)
    whom = several(locale=locale)
    url = site.page(whom)
    declines = whom.letters[1].decision_id
    for address in url, f"{url}/review/{declines}", f"{url}/withdraw/{declines}", f"{site.url}/s/nothing":
        await tab.page.goto(address)
        assert await complaints_of_axe(tab.page) == []
        assert await tab.width_needed() <= tab.page.viewport_size["width"]
        assert await tab.page.title()
    assert tab.origins() == {site.url}
    assert [told for told in tab.complaints if "404" not in told] == []
    assert await tab.page.context.cookies() == []


@ONE
async def test_the_page_follows_a_dark_system(tab: Any, site: Site) -> None:
    await tab.page.emulate_media(color_scheme="dark")
    await tab.page.goto(site.page(declined()))
    ground = await tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(",")) < 60


async def test_a_person_is_asked_for_by_two_presses_and_the_page_says_so(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await page.goto(site.page(declined()))
    await expect(page.get_by_text("1 course in mathematics; needs 2")).to_be_visible()
    await page.get_by_role("link", name="Ask for a person to look at it").click()
    assert site.outlet.published == []
    await page.get_by_role("button", name="Yes, ask for a person").click()
    await expect(page.get_by_role("status")).to_have_text(
        "Thank you, we have your request. A person will look at your application."
    )
    await expect(page.get_by_text("You asked on")).to_be_visible()
    await expect(page.get_by_role("link", name="Ask for a person to look at it")).to_have_count(0)
    assert len(site.outlet.published) == 1
    await page.go_back()
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your application")
    assert tab.complaints == []


@ONE
async def test_all_of_it_can_be_done_by_keyboard(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await page.goto(site.page(declined()))

    async def reach(name: str) -> None:
        for _ in range(10):
            await page.keyboard.press("Tab")
            if name in await page.evaluate("document.activeElement.textContent"):
                outline = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
                assert outline == "3px", "where one is can be seen"
                return
        raise AssertionError(f"{name!r} is out of reach")

    await reach("Withdraw this application")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Withdraw this application?")
    await reach("Yes, withdraw it")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("We have noted that you withdraw this application.")
    await expect(page.get_by_text("You took it back on")).to_be_visible()
    assert len(site.outlet.published) == 1


@PHONE
async def test_fingers_find_what_they_press(tab: Any, site: Site) -> None:
    """At least 24 pixels each way (WCAG 2.2, 2.5.8), and the buttons 44."""
    await tab.page.goto(site.page(declined()))
    for link in await tab.page.get_by_role("link").all():
        box = await link.bounding_box()
        assert box["height"] >= 24 and box["width"] >= 24, await link.text_content()
    box = await tab.page.get_by_role("link", name="Ask for a person").bounding_box()
    assert box["height"] >= 44


@ONE
async def test_the_language_can_be_changed_and_stays(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await page.goto(site.page(declined()))
    await page.get_by_role("link", name="中文").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("您的申请")
    await page.get_by_role("link", name="申请人工复核").click()
    await page.get_by_role("button", name="确认，申请人工复核").click()
    await expect(page.get_by_role("status")).to_have_text("已收到您的请求，工作人员将复核您的申请。")


@ONE
async def test_when_kafka_is_away_the_way_back_is_shown(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await page.goto(site.page(declined()))
    site.outlet.away = True
    await page.get_by_role("link", name="Withdraw this application").click()
    await page.get_by_role("button", name="Yes, withdraw it").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("We cannot do this at the moment")
    assert await complaints_of_axe(page) == []
    await page.get_by_role("link", name="Go back to your page").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your application")


@ONE
async def test_a_form_elsewhere_presses_nothing(tab: Any, site: Site) -> None:
    page: Page = tab.page
    url = site.wish(declined(), "withdraw")
    await page.set_content(f'<form method="post" action="{url}"><button>Win a prize</button></form>')
    await page.get_by_role("button").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("This did not come from your page")
    assert site.outlet.published == []


@pytest.mark.skipif(
    not os.environ.get("COHORT_WRITE_IMAGES"), reason="COHORT_WRITE_IMAGES=1 takes the pictures of docs/status-page.md"
)
async def test_pictures_are_taken_for_the_documentation(browser: Browser, site: Site) -> None:
    offered = person(
        letter(decision("advance", track="ai", unit="research")), letter(decision("decline", track="general"), "queued")
    )
    chinese = person(
        letter(decision("decline", track="ai"), review_asked_at=NOW - timedelta(hours=3)),
        name="王小明",
        locale="zh-CN",
        time_zone="Asia/Shanghai",
    )
    for name, width, scheme, whom in (
        ("declined", 640, "light", declined()),
        ("phone", 390, "dark", chinese),
        ("several", 640, "light", offered),
    ):
        context = await browser.new_context(viewport={"width": width, "height": 400}, color_scheme=scheme)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(site.page(whom))
        await page.screenshot(path=IMAGES / f"status-page-{name}.png", full_page=True)
        await context.close()
