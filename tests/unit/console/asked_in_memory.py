"""Commands and their answers in memory: what a page asks for is answered at once, as a test says."""

from datetime import datetime
from typing import Any
from uuid import UUID

from console.core.asked import asked
from console.core.pauses import PAUSED, RESUMED
from console.store.asked import Answer, Answered
from hiring.events.answer import PolicyTried
from hiring.events.command import Command, PolicyTrialRequested
from hiring.events.policy import PolicyKnown

from .happened import minute


class AskedInMemory:
    """What the pages read of commands, and where they send them."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Command, str]] = []
        self.refusal: str | None = None
        self.silent = False
        self.answered: dict[UUID, list[Answer]] = {}
        self.known: dict[str, PolicyKnown] = {}
        self.tried: dict[UUID, PolicyTried] = {}

    async def ask(self, type_: str, command: Command, key: str) -> Answer | None:
        self.sent.append((type_, command, key))
        if self.silent:
            return None
        self.answered[command.command_id] = [Answer("service", self.refusal, minute(40))]
        return self.answered[command.command_id][0]

    async def answers(self, id_: UUID) -> list[Answer]:
        return self.answered.get(id_, [])

    async def command(self, id_: UUID) -> Answered | None:
        return next((it for it in self._all() if it.asked.command_id == id_), None)

    async def stops(self, most: int) -> list[Answered]:
        return [it for it in self._all() if it.asked.type in (PAUSED, RESUMED)][-most:]

    async def latest(self, before: tuple[datetime, UUID], most: int) -> list[Answered]:
        found = [it for it in self._all() if (it.asked.at, it.asked.command_id) < before]
        return sorted(found, key=lambda it: (it.asked.at, it.asked.command_id), reverse=True)[:most]

    async def policies(self) -> list[PolicyKnown]:
        return list(self.known.values())

    async def policy(self, digest: str) -> PolicyKnown | None:
        return self.known.get(digest)

    async def trial(self, command: UUID) -> PolicyTried | None:
        return self.tried.get(command)

    async def trial_policy(self, command: UUID) -> dict[str, Any] | None:
        sent = next((it for _, it, _ in self.sent if it.command_id == command), None)
        return sent.policy if isinstance(sent, PolicyTrialRequested) else None

    def _all(self) -> list[Answered]:
        return [Answered(asked(command), self.answered.get(command.command_id, [])) for _, command, _ in self.sent]
