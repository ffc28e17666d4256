"""What the tests of pages share: an application served on a free port of this machine, and axe-core's complaints."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from cohort.stack.ports import choose_ports


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    [port] = choose_ports(["page"], {}).values()
    return port


@asynccontextmanager
async def serving(app: Any, port: int) -> AsyncIterator[None]:
    """The application answers there; pages that stay open must be closed before this ends."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        assert not running.done(), "the server ended"
    yield
    server.should_exit = True
    await running


async def complaints_of_axe(page: Page) -> list[str]:
    """Each element that a person with a screen reader or a keyboard would stumble on, and the rule that says so."""
    found = await Axe().run(page)
    return [f"{it['id']}: {node['html']}" for it in found.response["violations"] for node in it["nodes"]]
