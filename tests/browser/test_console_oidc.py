"""Logging in at an organisation's provider in a real browser: the two are different sites, as they are in life."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from ..unit.console.oidc_site import OidcSite, Provider  # noqa: TID252
from ..unit.console.oidc_site import serving as provided  # noqa: TID252
from ..unit.console.site import PASSWORD  # noqa: TID252
from .serving import complaints_of_axe, free_port, serving

pytestmark = pytest.mark.browser

ONE = pytest.mark.parametrize("tab", ["desktop"], indirect=True)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    with provided() as provider:
        yield provider


@pytest.fixture
async def site(tmp_path: Path, provider: Provider) -> AsyncIterator[OidcSite]:
    site = OidcSite(tmp_path, provider, f"http://127.0.0.1:{(port := free_port())}")
    async with serving(site.app, port):
        yield site
        site.pages.close()


async def test_from_the_page_one_wanted_to_the_provider_and_back_to_it_and_out_again(
    tab: Any, site: OidcSite, provider: Provider
) -> None:
    page: Page = tab.page
    await page.goto(f"{site.url}/applications?id=7")
    assert await complaints_of_axe(page) == []
    assert await tab.width_needed() <= page.viewport_size["width"]  # type: ignore[index]
    await page.get_by_role("link", name="Log in with your organisation").click()
    await page.wait_for_url(f"{provider.issuer}/**")
    await page.get_by_role("button", name="11", exact=True).click()
    await page.wait_for_url(f"{site.url}/applications?id=7")
    await expect(page.locator(".who")).to_contain_text("oidc:li.na · operator")
    await page.go_back()
    assert "/login/oidc/callback" not in page.url, "the code stays in no history"
    await page.goto(f"{site.url}/")
    await page.get_by_role("button", name="Log out").click()
    await page.wait_for_url(f"{provider.issuer}/oauth2/end_session**")
    await page.get_by_role("button", name="End session").click()
    await page.wait_for_url(f"{site.url}/login")
    await page.goto(f"{site.url}/")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    assert [it for it in tab.complaints if "Content Security Policy" in it] == []


@ONE
async def test_who_has_no_role_may_take_another_account_or_the_form(
    tab: Any, site: OidcSite, provider: Provider
) -> None:
    page: Page = tab.page
    await page.goto(f"{site.url}/login")
    await page.get_by_role("link", name="Log in with your organisation").click()
    await page.get_by_role("button", name="12", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("oidc:wang.fang")
    assert await complaints_of_axe(page) == []
    await page.get_by_role("link", name="Log in with another account").click()
    await page.wait_for_url("**prompt=login**")
    await page.go_back()
    await page.locator("#name").fill("viewer")
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#password").press("Enter")
    await expect(page.locator(".who")).to_contain_text("viewer · viewer")
