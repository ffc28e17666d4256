"""A console with accounts and no applications, and a browser without a window or scripts."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from .oidc_site import Provider, serving
from .site import PASSWORD, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: Provider) -> Provider:
    """An OpenID Connect provider that does nothing wrong yet."""
    running_provider.begin_anew()
    return running_provider


class Visitor(httpx.AsyncClient):
    """Goes to pages and sends their forms, as a browser does."""

    async def token(self, path: str = "/login") -> str:
        page = await self.get(path)
        found = re.search(r'name="token" value="([^"]+)"', page.text)
        assert found, page.text
        return found[1]

    async def log_in(self, name: str, password: str = PASSWORD, next_: str = "/") -> httpx.Response:
        token = await self.token()
        form = {"token": token, "next": next_, "name": name, "password": password}
        return await self.post("/login", data=form, follow_redirects=False)


@pytest.fixture
async def visitor(site: Site) -> AsyncIterator[Visitor]:
    transport = httpx.ASGITransport(app=site.app)
    async with Visitor(transport=transport, base_url=site.url) as client:
        yield client


@pytest.fixture
def as_role(visitor: Visitor) -> Callable[[str], object]:
    async def enter(role: str) -> Visitor:
        assert (await visitor.log_in(role)).status_code == 303
        return visitor

    return enter
