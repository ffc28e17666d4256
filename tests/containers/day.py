"""An operator's day: who is at work on what, and what was done so far."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from playwright.async_api import Browser

from .compose import Compose, until
from .desk import Desk, at_console
from .sending import SOURCE

PASSWORD = "correct horse battery"


@dataclass
class Day:
    """Who is at work on what, and what was done so far: by whom, what and why, as the console is to tell it."""

    pipeline: Compose
    key: str
    shots: Path
    operator: Desk
    reviewer: Desk
    second: Desk
    done: list[tuple[str, str, str]] = field(default_factory=list)

    async def ask(self, who: Desk, verb: str, what: str, why: str) -> None:
        await who.ask(verb, why)
        self.done.append((who.name, what, why))

    async def decided(self, id_: UUID) -> str:
        """The outcome that stands, once there is one."""
        outcome = f"SELECT outcome FROM decisions WHERE application_id = '{id_}' ORDER BY decided_at DESC LIMIT 1"
        await until(lambda: self.pipeline.psql("screening", outcome) != "", f"{id_} is decided")
        return self.pipeline.psql("screening", outcome)

    def letters_of(self, id_: UUID) -> list[str]:
        """The state of each of its letters."""
        return self.pipeline.psql("notify", f"SELECT state FROM letters WHERE application_id = '{id_}'").split()


@asynccontextmanager
async def at_work(pipeline: Compose, browser: Browser, shots: Path) -> AsyncIterator[Day]:
    """An operator by the drawn password, and two whose accounts are added by the documented command."""
    for name, role in (("wei.zhang", "reviewer"), ("mei.lin", "operator")):
        pipeline("run", "--rm", "accounts", "add", name, "--role", role, typed=f"{PASSWORD}\n{PASSWORD}\n")
    drawn = (pipeline.secrets / "console-password").read_text().strip()
    async with AsyncExitStack() as stack:
        operator, reviewer, second = [
            await stack.enter_async_context(at_console(browser, pipeline.console_url, name, password, shots))
            for name, password in (("operator", drawn), ("wei.zhang", PASSWORD), ("mei.lin", PASSWORD))
        ]
        yield Day(pipeline, pipeline.key_for(SOURCE), shots, operator, reviewer, second)
