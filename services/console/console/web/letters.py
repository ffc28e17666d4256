"""GET  /letters                 how many are in each state, what is paused, what is stuck: ?state=failed|held
POST /letters/pause|resume      all letters, or a programme's
GET  /letters/{application}     one that is stuck
POST /letters/{application}     send it once more, or leave it unsent
"""

from typing import Any
from uuid import UUID

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.accounts.roles import OPERATES
from console.core.pauses import ALL, Pause, pauses
from console.store.letters import Stuck
from console.web.access import Visit
from console.web.answering import Answering, Incomplete, NotFound
from console.web.parts import AskedModel
from console.web.requests import id_place, id_place_text
from hiring.events import LETTER_SETTLED, LETTERS_PAUSED, LETTERS_RESUMED
from hiring.events.command import LetterSettled, LettersPaused, LettersResumed

PAGE = 50
STATES = ("failed", "held")
_KEY_OF_ALL = "letters"
# So many pauses are looked through: a scope that was paused before them and never resumed is not in a real drive.
_PAUSES = 1000


class LettersPages:
    """What becomes of letters, and stopping them."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """Looking is for everybody, the rest for operators."""
        seen = self._answering.seen
        return [
            Route("/letters", seen(self._list), methods=["GET"]),
            Route("/letters/pause", seen(self._pause, OPERATES), methods=["POST"]),
            Route("/letters/resume", seen(self._resume, OPERATES), methods=["POST"]),
            Route("/letters/{id}", seen(self._show), methods=["GET"]),
            Route("/letters/{id}", seen(self._settle, OPERATES), methods=["POST"]),
        ]

    async def _list(self, visit: Visit) -> Response:
        asked, parts = visit.request.query_params, self._answering.parts
        state = asked.get("state", STATES[0])
        if state not in STATES:
            raise NotFound
        glance = await parts.live.now()
        programme = asked.get("programme", "") if asked.get("programme", "") in glance.programmes else ""
        stuck = await parts.letters.stuck(state, id_place(asked.get("before", "")), PAGE + 1, programme or None)
        last = stuck[PAGE - 1] if len(stuck) > PAGE else None
        return await self._answering.page(
            "letters",
            visit,
            programme=programme,
            figures=glance.programmes[programme] if programme else glance.all,
            paused=await paused(parts.asked),
            state=state,
            stuck=stuck[:PAGE],
            before=id_place_text(last.since, last.application_id) if last else None,
        )

    async def _pause(self, visit: Visit) -> Response:
        return await self._stop_or_go(visit, LETTERS_PAUSED, LettersPaused)

    async def _resume(self, visit: Visit) -> Response:
        return await self._stop_or_go(visit, LETTERS_RESUMED, LettersResumed)

    async def _stop_or_go(self, visit: Visit, type_: str, kind: type[LettersPaused | LettersResumed]) -> Response:
        form = await visit.form()
        programme = str(form.get("programme", ALL))
        told: dict[str, Any] = {"programme": programme or None}
        return await self._answering.ask(visit, type_, kind, programme or _KEY_OF_ALL, "/letters", **told)

    async def _show(self, visit: Visit) -> Response:
        return await self._answering.page("letter", visit, it=await self._one(visit))

    async def _settle(self, visit: Visit) -> Response:
        stuck = await self._one(visit)
        then = (await visit.form()).get("then")
        if then not in ("send", "drop"):
            raise Incomplete("incomplete")
        key = str(stuck.application_id)
        about = {"application_id": stuck.application_id, "decision_id": stuck.decision_id, "then": then}
        back = f"/letters?state={stuck.state}"
        return await self._answering.ask(visit, LETTER_SETTLED, LetterSettled, key, back, **about)

    async def _one(self, visit: Visit) -> Stuck:
        try:
            stuck = await self._answering.parts.letters.stuck_one(UUID(visit.request.path_params["id"]))
        except ValueError:
            raise NotFound from None
        if stuck is None:
            raise NotFound
        return stuck


async def paused(asked: AskedModel) -> list[Pause]:
    """What is paused now, by the commands that notify obeyed."""
    found = await asked.stops(_PAUSES)
    return pauses(it.asked for it in found if any(answer.refusal is None for answer in it.answers))
