"""Commands, answers, policies and trials in memory: what a page asks for is answered at once, as a test says."""

from datetime import datetime
from typing import Any
from uuid import UUID

from console.core.asked import asked
from console.core.pauses import PAUSED, RESUMED
from console.core.policies import PolicyLine, line, listed
from console.core.trials import TrialLine, elsewhere
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

    async def lines(self) -> list[PolicyLine]:
        return [line(it) for it in self.known.values()]

    async def line(self, digest: str) -> PolicyLine | None:
        return line(self.known[digest]) if digest in self.known else None

    async def judging(self, programme: str, at: datetime) -> str | None:
        of = listed(await self.lines(), at).get(programme, ())
        return next((it.policy.digest for it in of if it.state == "now"), None)

    async def policy(self, digest: str) -> PolicyKnown | None:
        return self.known.get(digest)

    async def trial(self, command: UUID) -> PolicyTried | None:
        return self.tried.get(command)

    async def latest_trials(self, most: int) -> list[TrialLine]:
        return self._trials(None)[:most]

    async def of_policy(self, digest: str, most: int) -> list[TrialLine]:
        return self._trials(digest)[:most]

    def _trials(self, digest: str | None) -> list[TrialLine]:
        by = {it.asked.command_id: it.asked.by for it in self._all()}
        found = [
            TrialLine(id_, it.tried_at, by.get(id_), "problem" if it.result is None else "tried", *elsewhere(it))
            for id_, it in self.tried.items()
            if digest is None or (it.policy is not None and it.policy.digest == digest)
        ]
        found += [
            TrialLine(it.asked.command_id, it.asked.at, it.asked.by, "waits", None, None)
            for it in self._all()
            if digest in (None, it.asked.about.get("digest"))
            and it.asked.type == PolicyTrialRequested.__name__
            and it.asked.command_id not in self.tried
        ]
        return sorted(found, key=lambda it: it.at, reverse=True)

    async def content(self, command: UUID) -> dict[str, Any] | None:
        sent = next((it for _, it, _ in self.sent if it.command_id == command), None)
        return sent.policy if isinstance(sent, PolicyTrialRequested) else None

    def _all(self) -> list[Answered]:
        return [Answered(asked(command), self.answered.get(command.command_id, [])) for _, command, _ in self.sent]
