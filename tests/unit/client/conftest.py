"""Both clients behind one face, so that each test holds for either; and retries without their pauses."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import stamina

from cohort_client import AsyncClient, Client, Result


class Sync:
    """The client without asyncio, in a thread."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def call(self, method: str, *arguments: Any, **named: Any) -> Any:
        return await asyncio.to_thread(getattr(self._client, method), *arguments, **named)

    async def results(self, method: str, *arguments: Any, told: list[Result], **named: Any) -> None:
        """All results, each put into `told` as it comes."""

        def go() -> None:
            for result in getattr(self._client, method)(*arguments, **named):
                told.append(result)

        await asyncio.to_thread(go)


class Async:
    """The client with asyncio."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def call(self, method: str, *arguments: Any, **named: Any) -> Any:
        return await getattr(self._client, method)(*arguments, **named)

    async def results(self, method: str, *arguments: Any, told: list[Result], **named: Any) -> None:
        async for result in getattr(self._client, method)(*arguments, **named):
            told.append(result)


Either = Sync | Async


@pytest.fixture(params=["sync", "async"])
def client(request: pytest.FixtureRequest) -> Any:
    """Makes a client of either kind: `async with client(url, …) as either`."""

    @asynccontextmanager
    async def made(url: str, api_key: str | None = None, **named: Any) -> AsyncIterator[Either]:
        if request.param == "sync":
            with Client(url, api_key, **named) as sync:
                yield Sync(sync)
        else:
            async with AsyncClient(url, api_key, **named) as other:
                yield Async(other)

    return made


@pytest.fixture
def no_pauses() -> Iterator[None]:
    stamina.set_testing(True, attempts=1_000)
    yield
    stamina.set_testing(False)


def applications(many: int) -> Iterable[dict[str, Any]]:
    for number in range(many):
        yield {
            "source": "s",
            "external_id": str(number),
            "programme": "p",
            "candidate": {"name": f"Name {number}", "email": f"{number}@mail.example"},
        }
