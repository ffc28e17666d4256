"""A real browser for the pages: Debian's Chromium, driven by Playwright, started once for all tests of this folder."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright

_NAMES = "chromium", "chromium-browser", "google-chrome"
_PHONE = 390


@dataclass
class Tab:
    """A page, and what went wrong on it: `requests` to any address, `complaints` of the console."""

    page: Page
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def note(self, request: Request) -> None:
        """Something was asked for."""
        self.requests.append(request)

    def origins(self) -> set[str]:
        """Every origin that was asked for anything."""
        parts = [urlsplit(request.url) for request in self.requests if not request.url.startswith("data:")]
        return {f"{part.scheme}://{part.netloc}" for part in parts}

    async def width_needed(self) -> int:
        """How many pixels the content is wide; more than the window means scrolling sideways."""
        wide: int = await self.page.evaluate("document.documentElement.scrollWidth")
        return wide


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium without a window. Skips where none is installed."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    # Chromium's own sandbox refuses to start for root, whose pages here are only ours.
    unboxed = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=unboxed)
        yield started
        await started.close()


@pytest.fixture(params=["desktop", "phone"])
async def tab(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Tab]:
    """A new page in a desktop's window, then in a phone's; `request.param` may be fixed by indirect parametrisation."""
    width = {"desktop": 1280, "phone": _PHONE}[request.param]
    context = await browser.new_context(viewport={"width": width, "height": 850})
    page = await context.new_page()
    # The default of 30 seconds only ever makes a failure slow.
    page.set_default_timeout(10_000)
    opened = Tab(page)
    page.on("request", opened.note)
    page.on("console", lambda told: opened.complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    await context.close()
