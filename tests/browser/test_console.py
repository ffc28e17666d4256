"""The console in a real browser: live, readable, usable by keyboard and on a phone, and all by itself.

`COHORT_IMAGES=1` writes the screenshots of docs/images anew.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from console.core.gauges import Look

from ..unit.console.drive import fill  # noqa: TID252
from ..unit.console.drive_asked import NO_POLICY, TOO_LATE, TRIED, UNDER_WAY  # noqa: TID252
from ..unit.console.drive_policies import NOW, PROGRAMME, PROPOSED  # noqa: TID252
from ..unit.console.happened import decided, id_of, minute, submitted, told  # noqa: TID252
from ..unit.console.site import PASSWORD, Site  # noqa: TID252
from .serving import complaints_of_axe, free_port, serving

pytestmark = pytest.mark.browser

IMAGES = Path(__file__).parents[2] / "docs" / "images"
ONE = pytest.mark.parametrize("tab", ["desktop"], indirect=True)
GROUP = "/dead-letters?topic=hiring.submissions&flaw=invalid"
TRIALS = tuple(f"/trials/{it}" for it in (TRIED, UNDER_WAY, TOO_LATE, NO_POLICY))
POLICIES = "/policies", f"/policies/{NOW}", f"/policies/{PROPOSED}"
PATHS = (
    *("/", "/applications", "/applications?outcome=decided&order=oldest", "/applications?outcome=lost"),
    *(f"/applications/{id_of(1)}", "/letters", "/letters?state=held", *POLICIES, *TRIALS),
    *("/dead-letters", GROUP, "/dead-letters/0/0", "/dead-letters/0/1", "/actions", "/nowhere"),
)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    site = Site(tmp_path, f"http://127.0.0.1:{(port := free_port())}")
    fill(site)
    async with serving(site.app, port):
        yield site
        site.pages.close()


async def log_in(page: Page, site: Site, name: str = "operator", to: str = "/") -> None:
    await page.goto(site.url + to)
    await page.locator("#name").fill(name)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#password").press("Enter")
    await page.wait_for_url(site.url + to)


def stuck(of: Site) -> UUID:
    """An application whose letter failed."""
    return next(it.application_id for it in of.model._stuck() if it.state == "failed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_page_is_accessible_and_fits_the_window(tab: Any, site: Site, scheme: Any, language: str) -> None:
    page: Page = tab.page
    site.model.no_policy = {"cloud-apprentice-2026": 12}
    await page.emulate_media(color_scheme=scheme)
    await page.goto(f"{site.url}/language/{language}?next=/login")
    assert await complaints_of_axe(page) == []
    # Colours do not ask for the language, nor widths for the scheme: of four ways a page is examined in two.
    whole = (scheme, language) in (("light", "en"), ("dark", "zh"))
    await log_in(page, site)
    for path in (*PATHS, f"/letters/{stuck(site)}", f"/letters?done={id_of('redrive')}"):
        await page.goto(site.url + path)
        assert not whole or await complaints_of_axe(page) == [], path
        assert await tab.width_needed() <= page.viewport_size["width"], path  # type: ignore[index]
    assert tab.origins() == {site.url}
    # Of what is not there, and of what cannot be filtered by.
    assert [it for it in tab.complaints if "status of 404" not in it and "status of 400" not in it] == []


@ONE
async def test_the_figures_change_before_ones_eyes(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await log_in(page, site)
    accepted = page.locator(".funnel .figure").first
    before = int((await accepted.inner_text()).replace(",", ""))
    site.model.tell(9000, submitted(9000), decided(9000), told(9000))
    await expect(accepted).to_have_text(f"{before + 1:,}")
    assert len([it for it in tab.requests if it.is_navigation_request() and it.url == f"{site.url}/"]) <= 2
    assert tab.complaints == []


@ONE
async def test_a_figure_leads_by_keyboard_to_the_applications_it_counts(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await log_in(page, site)
    figure = page.locator('[id="of:ai:all"]')
    before = int(await figure.inner_text())
    await figure.focus()
    site.model.tell(9000, submitted(9000), decided(9000), told(9000))
    await expect(figure).to_have_text(f"{before + 1:,}")
    await expect(figure).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=2)).to_have_text(f"Applications that match: {before + 1:,}")
    await expect(page.locator("#track")).to_have_value("ai")
    shown = page.locator(".applications tbody tr")
    await expect(shown).to_have_count(50)
    await page.get_by_role("link", name="Older ones").click()
    await expect(page.get_by_role("link", name="Back to the first")).to_be_visible()
    await page.locator("#letter").focus()
    await page.keyboard.type("failed")
    await page.keyboard.press("Tab")
    await page.locator("#order").select_option("oldest")
    await page.locator(".filters button").press("Enter")
    await page.wait_for_url("**letter=failed**")
    found = int((await page.get_by_role("heading", level=2).inner_text()).removeprefix("Applications that match: "))
    assert 0 < found == await shown.count() < 50, "the first page of another list"
    await shown.locator("a").first.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Application")
    assert tab.complaints == []


@ONE
async def test_a_rebuild_is_told_until_it_is_done(tab: Any, site: Site) -> None:
    page: Page = tab.page
    site.model.rebuilding = minute(0)
    await log_in(page, site)
    await expect(page.get_by_role("status")).to_contain_text("being made anew")
    site.model.rebuilding = None
    site.model.tell(9000, submitted(9000))
    await expect(page.get_by_role("status")).to_have_count(0)


@ONE
async def test_figures_stop_where_the_account_is_gone(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await log_in(page, site)
    site.accounts.unlink()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    assert await page.locator("form").count() == 1, "the form is a page, and no part of one"


_PAINTED = """colour => [...document.querySelectorAll("canvas")].every(canvas => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let n = 0;
  for (let i = 0; i < data.length; i += 4) n += colour.every((part, k) => data[i + k] === part);
  return n > 100;
})"""
_NOTIFY = {"light": [0xC0, 0x7A, 0x12], "dark": [0xE0, 0xAC, 0x4A]}


async def test_charts_are_drawn_follow_a_dark_system_and_grow(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await log_in(page, site)
    await expect(page.locator("canvas")).to_have_count(2)
    for scheme, colour in _NOTIFY.items():
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.wait_for_function(_PAINTED, arg=colour)
    before = await page.locator("canvas").first.evaluate("it => it.toDataURL()")
    series = site.gauges.series()
    waiting = {service: of[-1] or 0 for service, of in series.waiting.items()} | {"notify": 250_000}
    site.gauges.add(Look(series.at[-1] + 2, waiting, dict.fromkeys(waiting, 0)))
    await expect(page.locator("#gauges tr", has_text="Notify")).to_contain_text("250,000")
    await page.wait_for_function("was => document.querySelector('canvas').toDataURL() !== was", arg=before)
    assert tab.complaints == []


@ONE
async def test_an_application_is_found_by_keyboard_alone(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await page.goto(f"{site.url}/applications")
    await expect(page.locator("#name")).to_be_focused()
    for text in "viewer", PASSWORD:
        await page.keyboard.type(text)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Applications")
    await expect(page.locator("#id")).to_be_focused()
    await page.keyboard.type("not an id")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("no application id")
    await expect(page.locator("#id")).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type(str(id_of(1)))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(str(id_of(1)))
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "content"


async def test_a_dead_letter_is_looked_at_from_the_glance_on(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await log_in(page, site)
    await page.locator("#dead").click()
    await page.get_by_role("link", name="Content breaks the contract").click()
    await page.locator("tbody a").first.click()
    await expect(page.locator("pre")).to_contain_text("xm@example.org")
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    await page.go_back()
    # The browser kept nothing.
    await expect(page.locator("pre")).to_have_count(0)


@ONE
async def test_the_pages_follow_a_dark_system(tab: Any, site: Site) -> None:
    await tab.page.emulate_media(color_scheme="dark")
    await log_in(tab.page, site)
    ground = await tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(",")) < 60


@pytest.mark.skipif("COHORT_IMAGES" not in os.environ, reason="writes docs/images")
async def test_the_screenshots_of_the_documentation(browser: Browser, site: Site) -> None:
    for name, path, width, height, scheme, language in (
        ("glance", f"/?programme={PROGRAMME}", 1180, 1850, "light", "en"),
        ("applications", "/applications?outcome=decided", 1180, 1000, "light", "en"),
        ("application", f"/applications/{id_of(1)}", 1180, 1000, "light", "en"),
        ("letters", "/letters", 1180, 1180, "light", "en"),
        ("policies", f"/policies/{PROPOSED}", 1180, 1240, "light", "en"),
        ("trial", f"/trials/{TRIED}", 1180, 1060, "light", "en"),
        ("dead-letters", GROUP, 1180, 880, "light", "en"),
        ("phone-dark", "/", 390, 860, "dark", "zh"),
    ):
        context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        page = await context.new_page()
        await log_in(page, site)
        await page.goto(f"{site.url}/language/{language}?next={path}")
        await page.screenshot(path=IMAGES / f"console-{name}.png")
        await context.close()
