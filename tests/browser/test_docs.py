"""The pages for who integrates, in a real browser: nothing leaves for elsewhere, and the doors can be tried."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from prometheus_client import CollectorRegistry

from hiring.health import Health
from hiring.topics import TOPICS
from intake.api import create_app
from intake.metrics import DoorMetrics
from intake.settings import IntakeSettings
from intake.sources import Source, Sources, draw_key

from .serving import free_port, serving

pytestmark = pytest.mark.browser

ONE = pytest.mark.parametrize("tab", ["desktop"], indirect=True)


class Kept:
    """An outlet in memory."""

    def __init__(self) -> None:
        self.published: list[Any] = []

    async def publish(self, records: Any) -> None:
        self.published.append(records)

    async def publish_all(self, many: Any) -> None:
        self.published += many


class Site:
    """Intake's doors at `url`, and a `key` for them."""

    def __init__(self, url: str, key: str, outlet: Kept) -> None:
        self.url, self.key, self.outlet = url, key, outlet


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    drawn, token = draw_key(datetime.now(UTC))
    file: Path = tmp_path_factory.mktemp("docs") / "sources.json"
    file.write_text(
        Sources(sources=(Source(source="campus-portal", scopes=("submit",), keys=(drawn,)),)).model_dump_json()
    )
    registry, outlet = CollectorRegistry(), Kept()
    settings = IntakeSettings(candidate_secret="a secret of the tests", sources_file=file)
    app = create_app(settings, outlet, DoorMetrics(registry), Health(), registry)
    async with serving(app, port := free_port()):
        yield Site(f"http://127.0.0.1:{port}", token, outlet)


async def test_the_doors_are_shown_and_nothing_is_fetched_from_elsewhere(tab: Any, site: Site) -> None:
    await tab.page.goto(f"{site.url}/docs")
    await expect(tab.page.locator(".opblock-summary-path").first).to_be_visible()
    shown = [path.replace("\u200b", "") for path in await tab.page.locator(".opblock-summary-path").all_inner_texts()]
    assert {"/v1/applications", "/v1/applications/bulk", "/v1/candidates/erase"} <= set(shown)
    assert tab.origins() == {site.url}
    assert tab.complaints == []
    assert await tab.width_needed() <= tab.page.viewport_size["width"]


@ONE
async def test_a_door_can_be_tried_with_a_key(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await page.goto(f"{site.url}/docs")
    assert await send(page) == 401
    await page.get_by_role("button", name="Authorize").first.click()
    await page.locator(".auth-container input").fill(site.key)
    await page.locator(".auth-btn-wrapper .authorize").click()
    await page.locator(".btn-done").click()
    already = len(site.outlet.published)
    assert await send(page) == 202
    assert len(site.outlet.published) == already + 1
    assert [told for told in tab.complaints if "401" not in told] == []
    assert tab.origins() == {site.url}


async def send(page: Page) -> int:
    """Send the example of the first door; the status that intake answers."""
    door = page.locator(".opblock-post").first
    if await door.locator(".opblock-body").count() == 0:
        await door.locator(".opblock-summary-control").click()
        await door.get_by_role("button", name="Try it out").click()
    async with page.expect_response(lambda answer: answer.url.endswith("/v1/applications")) as told:
        await door.get_by_role("button", name="Execute").click()
    answer = await told.value
    await expect(door.locator(".live-responses-table tbody .response-col_status")).to_contain_text(str(answer.status))
    return answer.status


async def test_the_topics_can_be_read(tab: Any, site: Site) -> None:
    page: Page = tab.page
    await page.goto(f"{site.url}/docs/topics")
    for topic in TOPICS:
        await expect(page.get_by_role("heading", name=topic.name, exact=True)).to_be_visible()
    decisions = page.get_by_role("region", name="hiring.decisions")
    await decisions.get_by_text("Fields").click()
    await expect(decisions.get_by_role("rowheader", name="decision_id required")).to_be_visible()
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert await tab.width_needed() <= page.viewport_size["width"]  # type: ignore[index]
    assert tab.origins() == {site.url}
    assert tab.complaints == []


@ONE
async def test_the_example_of_a_submission_is_one(tab: Any, site: Site) -> None:
    await tab.page.goto(f"{site.url}/docs/topics")
    shown = await tab.page.locator("#submissions pre").first.text_content()
    answer = await tab.page.request.post(
        f"{site.url}/v1/applications",
        data=json.dumps(json.loads(shown) | {"source": "campus-portal"}),
        headers={"authorization": f"Bearer {site.key}", "content-type": "application/json"},
    )
    assert answer.status == 202


@ONE
async def test_the_pages_follow_a_dark_system(tab: Any, site: Site) -> None:
    await tab.page.emulate_media(color_scheme="dark")
    for path in "/docs", "/docs/topics":
        await tab.page.goto(site.url + path)
        ground = await tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
        red, green, blue = (int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(","))
        assert max(red, green, blue) < 60, (path, ground)
