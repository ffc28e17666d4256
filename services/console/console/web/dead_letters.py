"""GET /dead-letters                      by topic and reason; ?topic=…&flaw=… lists one group
GET /dead-letters/{partition}/{offset}  one of them; operators see the record
POST to either                          give it, or all open ones of a group, to its service once more, or leave it
"""

import logging
from typing import Any

from aiokafka.errors import KafkaError
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.accounts.roles import OPERATES
from console.core.settling import Stands, Told, is_forgotten
from console.store.reading import Dead, Group
from console.web.access import Visit
from console.web.answering import Answering, Incomplete, NotFound
from console.web.requests import here, place, place_text
from hiring.events import DEAD_LETTERS_SETTLED
from hiring.events.command import DeadLettersSettled
from hiring.events.reading import Flaw

log = logging.getLogger(__name__)

PAGE = 50
_KEY = "dead-letters"


class DeadLetterPages:
    """What could not be processed, and why."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """The groups, and one letter."""
        seen = self._answering.seen
        return [
            Route("/dead-letters", seen(self._list), methods=["GET"]),
            Route("/dead-letters", seen(self._settle_group, OPERATES), methods=["POST"]),
            Route("/dead-letters/{partition:int}/{offset:int}", seen(self._show), methods=["GET"]),
            Route("/dead-letters/{partition:int}/{offset:int}", seen(self._settle_one, OPERATES), methods=["POST"]),
        ]

    async def _list(self, visit: Visit) -> Response:
        model, asked, page = self._answering.parts.model, visit.request.query_params, self._answering.page
        if "topic" not in asked:
            return await page("dead_letters", visit, groups=await model.groups())
        topic, flaw = asked["topic"], asked.get("flaw", "")
        if not (topic + flaw).isprintable():
            raise NotFound
        group = await self._group(topic, flaw)
        letters = await model.dead_of(topic, flaw, place(asked.get("before", "")), PAGE + 1)
        last = letters[PAGE - 1] if len(letters) > PAGE else None
        before = place_text(last.failed_at, last.partition, last.offset) if last else None
        again = await self._answering.parts.failing.among([(it.partition, it.offset) for it in letters])
        return await page("dead_group", visit, group=group, letters=letters[:PAGE], again=again, before=before)

    async def _settle_group(self, visit: Visit) -> Response:
        asked = visit.request.query_params
        group = await self._group(asked.get("topic", ""), asked.get("flaw", ""))
        # As the page said when it was shown: what came since is not meant.
        until = (await visit.form()).get("until")
        return await self._settle(visit, group={"topic": group.topic, "flaw": group.flaw, "failed_until": until})

    async def _settle_one(self, visit: Visit) -> Response:
        letter = await self._letter(visit)
        return await self._settle(visit, letter={"partition": letter.partition, "offset": letter.offset})

    async def _settle(self, visit: Visit, **which: Any) -> Response:
        then = (await visit.form()).get("then")
        if then not in ("redrive", "discard"):
            raise Incomplete("incomplete")
        about = {"then": then, **which}
        return await self._answering.ask(
            visit, DEAD_LETTERS_SETTLED, DeadLettersSettled, _KEY, here(visit.request), **about
        )

    async def _group(self, topic: str, flaw: str) -> Group:
        for group in await self._answering.parts.model.groups():
            if (group.topic, group.flaw) == (topic, flaw):
                return group
        raise NotFound

    async def _letter(self, visit: Visit) -> Dead:
        partition, offset = visit.request.path_params["partition"], visit.request.path_params["offset"]
        if partition >= 2**31 or offset >= 2**63:
            raise NotFound
        letter = await self._answering.parts.model.dead(partition, offset)
        if letter is None:
            raise NotFound
        return letter

    async def _show(self, visit: Visit) -> Response:
        parts, letter = self._answering.parts, await self._letter(visit)
        record, away, forgotten = None, False, letter.flaw == Flaw.FORGOTTEN
        if visit.sees_dead_letters:
            log.info(
                "a dead letter's record is opened",
                extra={"account": visit.session.name, "partition": letter.partition, "offset": letter.offset},
            )
            try:
                record = await parts.records.fetch(letter.partition, letter.offset)
            except (KafkaError, TimeoutError, OSError) as error:
                log.warning("a dead letter cannot be fetched", extra={"fault": type(error).__name__})
                away = True
            if record is not None and record.about is not None and await self._is_forgotten(record.about):
                # Nothing of it is shown: who is forgotten is not looked at.
                record, forgotten = None, True
        spot = letter.partition, letter.offset
        told: dict[str, Any] = {
            "record": record,
            "away": away,
            "forgotten": forgotten,
            "origin": await parts.failing.origin(spot),
            "later": await parts.failing.later(spot),
        }
        return await self._answering.page("dead_letter", visit, it=letter, **told)

    async def _is_forgotten(self, about: Told) -> bool:
        at = await self._answering.parts.failing.forgotten_at(about.application_id)
        return is_forgotten(about, Stands(forgotten_at=at))
