"""A person at the console, in a browser of their own."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from playwright.async_api import Browser, Frame, Page, Response, expect

# Other work may share the machine.
PATIENCE = 60_000


class Desk:
    """Who works here, on which page; `complaints` of the browser (a script, the policy of contents, a 5xx), and `loads`
    of whole pages. `shots` is the folder of what was seen."""

    def __init__(self, page: Page, url: str, name: str, shots: Path) -> None:
        self.page = page
        self.name = name
        self.complaints: list[str] = []
        self.loads = 0
        self._url = url
        self._shots = shots
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda told: self.complaints.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self._answered)
        page.on("framenavigated", self._loaded)

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    def _loaded(self, frame: Frame) -> None:
        self.loads += frame == self.page.main_frame

    async def log_in(self, password: str) -> None:
        """Through the form, by keyboard; ends at the glance."""
        await self.page.goto(f"{self._url}/login")
        await expect(self.page.locator("#name")).to_be_focused(timeout=PATIENCE)
        await self.shoot("login")
        for text in self.name, password:
            await self.page.keyboard.type(text)
            await self.page.keyboard.press("Tab")
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator("#funnel")).to_be_attached(timeout=PATIENCE)

    async def open(self, path: str, shot: str = "") -> Page:
        """The page, which is there."""
        answer = await self.page.goto(self._url + path)
        assert answer is not None and answer.status == 200, f"{path}: {answer and answer.status}"
        await self.shoot(shot)
        return self.page

    async def shoot(self, name: str) -> None:
        """Keep what is seen now, under this name."""
        if name:
            await self.page.screenshot(path=self._shots / f"{name}.png", full_page=True)

    async def ask(self, verb: str, why: str) -> None:
        """Press a button of the page, with the reason; ends when the page says that it is done."""
        form = self.page.locator("form").filter(has=self.page.get_by_role("button", name=verb, exact=True))
        await form.locator("[name=why]").fill(why)
        await form.get_by_role("button", name=verb, exact=True).click()
        await self.until_told(".notice.done")

    async def until_told(self, what: str, where: str = "") -> None:
        """Look again until `what` (a selector, with a text if one is told) is on the page."""
        found, end = self.page.locator(what, has_text=where), time.monotonic() + PATIENCE / 1000
        while not await found.count():
            refused = await self.page.locator(".problem").all_inner_texts()
            assert not refused, refused
            assert time.monotonic() < end, f"{self.page.url} does not say {what} {where}"
            await asyncio.sleep(0.5)
            await self.page.reload()

    async def handed(self) -> UUID:
        """The application that is opened for a verdict."""
        await self.page.wait_for_url(re.compile(r"/reviews/[0-9a-f-]{36}"))
        await expect(self.page.locator("#subject")).to_be_focused(timeout=PATIENCE)
        return UUID(self.page.url.split("/reviews/")[1][:36])

    async def decide_by_keyboard(self, key: str, why: str) -> None:
        """Choose by `key`, say why, send; ends at the next candidate, with a word on what became of the verdict."""
        keyboard = self.page.keyboard
        await keyboard.press(key)
        await expect(self.page.locator("#reason")).to_be_focused()
        if key == "a" and (await self.page.locator("#place option").first.inner_text()).startswith("Choose"):
            # The policy names no track: the first of all.
            await keyboard.press("Shift+Tab")
            await keyboard.press("ArrowDown")
            await keyboard.press("Tab")
        await keyboard.type(why)
        await keyboard.press("Control+Enter")
        await self.page.wait_for_url("**?done=*")
        await expect(self.page.locator("#banner:not(.problem)")).to_be_visible()

    async def figures(self) -> list[int]:
        """Accepted, decided, told: as the glance says now."""
        return [int(text.replace(",", "")) for text in await self.page.locator(".funnel .figure").all_inner_texts()]


@asynccontextmanager
async def at_console(browser: Browser, url: str, name: str, password: str, shots: Path) -> AsyncIterator[Desk]:
    """Somebody who has logged in."""
    context = await browser.new_context(viewport={"width": 1180, "height": 860})
    desk = Desk(await context.new_page(), url, name, shots)
    await desk.log_in(password)
    yield desk
    await context.close()
