"""Letters in a real browser: readable to everybody, in light and dark, on a phone, and without a word to anybody else.

Accessibility is judged by axe-core (all of its rules, best practices too), on the HTML part of every sample letter.
"""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from notify.core import samples
from notify.core.letter import Sender
from notify.stationery import letter_writer

pytestmark = pytest.mark.browser

SMALL_PHONE = 360
WRITER = letter_writer(Sender("Graduate Hiring", "hiring@example.com"))
LETTERS = {
    f"{sample.name}.{language}": WRITER.words(sample.announcement, sample.addressee).html
    for language in ("en", "zh")
    for sample in samples.of(language)
}
# Everything that a letter may be built of; the other samples differ in their words only.
SHAPES = [
    f"{name}.{language}"
    for name in ("advance", "review", "decline", "decline-corrected", "several-all-news", "several-decline-by-both")
    for language in ("en", "zh")
]
# A page that is bare of CSS, as a mail program may leave it.
BARE = "document.querySelectorAll('style').forEach(it => it.remove()); "
NAKED = BARE + "document.querySelectorAll('[style]').forEach(it => it.removeAttribute('style'));"


@pytest.fixture(params=["light", "dark"])
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A page as wide as a small phone, for a reader who likes it light, then dark."""
    scheme: Literal["light", "dark"] = request.param
    context = await browser.new_context(viewport={"width": SMALL_PHONE, "height": 740}, color_scheme=scheme)
    yield await context.new_page()
    await context.close()


PICTURES: dict[str, tuple[str, int, Literal["light", "dark"]]] = {
    "letter-advance-en": ("advance.en", 640, "light"),
    "letter-decline-en": ("decline.en", 640, "light"),
    "letter-decline-zh-dark": ("decline.zh", 640, "dark"),
    "letter-several-phone": ("several-all-news.en", SMALL_PHONE, "light"),
}
IMAGES = Path(__file__).parents[2] / "docs" / "images"


async def look(page: Page, folder: Path, name: str) -> list[str]:
    """Open a letter as a file; return everything that was asked for meanwhile."""
    asked: list[str] = []
    file = folder / f"{name}.html"
    file.write_text(LETTERS[name], encoding="utf-8")
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(file.as_uri())
    return [url for url in asked if url != file.as_uri()]


async def violations(page: Page, *rules_off: str) -> str:
    """What axe-core finds, told; empty where that is nothing."""
    rules = {rule: {"enabled": False} for rule in rules_off}
    results = await Axe().run(page, options={"resultTypes": ["violations"], "rules": rules})
    return results.generate_report() if results.violations_count else ""


async def test_every_letter_fits_a_small_phone_and_asks_nobody_for_anything(page: Page, tmp_path: Path) -> None:
    widest = "Math.max(...[...document.querySelectorAll('*')].map(it => it.scrollWidth))"
    for name in LETTERS:
        assert await look(page, tmp_path, name) == [], name
        assert await page.evaluate(widest) <= SMALL_PHONE, f"{name}: something is cut off, or scrolls sideways"


@pytest.mark.parametrize("name", SHAPES)
async def test_axe_finds_nothing(page: Page, tmp_path: Path, name: str) -> None:
    await look(page, tmp_path, name)
    assert not await violations(page)


@pytest.mark.parametrize("name", ["advance.en", "decline.zh", "several-all-news.en"])
async def test_a_mail_program_that_drops_the_style_sheet_shows_a_good_light_letter(
    page: Page, tmp_path: Path, name: str
) -> None:
    await look(page, tmp_path, name)
    await page.evaluate(BARE)
    assert not await violations(page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE


@pytest.mark.parametrize("name", ["advance.en", "review.zh", "decline.en", "several-all-news.zh"])
async def test_without_any_css_every_word_is_there_in_its_order(page: Page, tmp_path: Path, name: str) -> None:
    await look(page, tmp_path, name)
    shown = await page.inner_text("body")
    await page.evaluate(NAKED)
    assert re.sub(r"\s+", "", await page.inner_text("body")) == re.sub(r"\s+", "", shown)
    # The colours are the browser's own then.
    assert not await violations(page, "color-contrast")


async def test_dark_is_dark_and_light_is_light(page: Page, tmp_path: Path) -> None:
    await look(page, tmp_path, "decline.en")
    dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    colour = await page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")
    brightest = max(map(int, re.findall(r"\d+", colour)[:3]))
    assert (brightest < 60) == dark


@pytest.mark.parametrize(("name", "language"), [("decline.en", "en"), ("decline.zh", "zh-Hans")])
async def test_a_screen_reader_hears_the_language_and_the_headings(
    page: Page, tmp_path: Path, name: str, language: str
) -> None:
    await look(page, tmp_path, name)
    assert await page.get_attribute("html", "lang") == language
    assert await page.locator("h1").count() == 1
    assert await page.locator("h2").count() == 2
    assert await page.locator("main li").count() == 2
    link = page.get_by_role("link")
    assert await link.count() == 1
    assert await link.get_attribute("href") == "https://apply.example.com/s/sample"


@pytest.mark.skipif(
    not os.environ.get("COHORT_WRITE_IMAGES"), reason="COHORT_WRITE_IMAGES=1 takes the pictures of docs/letters.md anew"
)
@pytest.mark.parametrize("picture", PICTURES)
async def test_a_picture_is_taken_for_the_documentation(browser: Browser, tmp_path: Path, picture: str) -> None:
    name, width, scheme = PICTURES[picture]
    context = await browser.new_context(viewport={"width": width, "height": 300}, color_scheme=scheme)
    opened = await context.new_page()
    await look(opened, tmp_path, name)
    await opened.screenshot(path=IMAGES / f"{picture}.png", full_page=True)
    await context.close()
