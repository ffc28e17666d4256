"""GET  /reviews/{id}          one application that waits for a person; opening it claims it
POST /reviews/{id}/verdict  advance or decline, with the reason; then on to the next
POST /reviews/{id}/skip     to the back of the queue for this reviewer; then on to the next
POST /reviews/{id}/leave    gives the claim back; then to the list
POST /reviews/{id}/hold     the open page keeps its claim
"""

import logging
from typing import Any, NamedTuple
from uuid import UUID

from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.accounts.roles import REVIEWS
from console.core.reviews import NONE, Waiting, places, says_enough
from console.store.claims import Claim
from console.store.reading import Known
from console.web.access import Visit
from console.web.answering import Act, Answering
from console.web.reviews import around, given_today, last_verdict, query, wanted_by
from hiring.events import REVIEW_GIVEN
from hiring.events.command import ReviewGiven

log = logging.getLogger(__name__)

LONGEST_WHY = 2000
VERDICTS = ("advance", "decline")


class Given(NamedTuple):
    """What a form says of a verdict."""

    verdict: str = ""
    why: str = ""
    place: str = ""

    def problem(self, *, has_track: bool) -> str | None:
        """The sentence that says what is missing; `has_track`: the decision names a track to advance to."""
        if self.verdict not in VERDICTS:
            return "review.no_verdict"
        if not says_enough(self.why):
            return "review.few_words"
        if len(self.why) > LONGEST_WHY:
            return "review.long_why"
        return "review.no_place" if self.verdict == "advance" and not (self.place or has_track) else None


class ReviewingPages:
    """One candidate at a time."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """The page, and what can be done on it."""
        seen = self._answering.seen
        acts: dict[str, Act] = {
            "verdict": self._decide,
            "skip": self._skip,
            "leave": self._leave,
            "hold": self._hold,
        }
        return [
            Route("/reviews/{id:uuid}", seen(self._show), methods=["GET"]),
            *(
                Route(f"/reviews/{{id:uuid}}/{name}", seen(act, REVIEWS), methods=["POST"])
                for name, act in acts.items()
            ),
        ]

    async def _show(self, visit: Visit) -> Response:
        id_ = _application(visit)
        if not visit.reviews:
            return RedirectResponse(f"/applications/{id_}", 303)
        found = await self._waiting(id_)
        if found is None:
            return await self._gone(visit, 404)
        claim = await self._answering.parts.claims.take(id_, visit.session.name)
        log.info("an application is opened for review", extra={"account": visit.session.name, "application_id": id_})
        return await self._page(visit, *found, claim)

    async def _decide(self, visit: Visit) -> Response:
        id_, name, parts = _application(visit), visit.session.name, self._answering.parts
        form = await visit.form()
        given = Given(*(_said(form, field) for field in Given._fields))
        claim = await parts.claims.take(id_, name)
        if claim is None or claim.by != name:
            # It was theirs, and ran out, and somebody else has it.
            return await self._page_of(visit, "review_lost", 409, claim=claim, given=given)
        found = await self._waiting(id_)
        if found is None or str(found[0].decision_id) != _said(form, "decision_id"):
            await parts.claims.release(id_, name)
            return await self._gone(visit, 409)
        if problem := given.problem(has_track=found[0].track != NONE):
            return await self._page(visit, *found, claim, given, problem)
        await parts.claims.sent(id_, name, found[0].decision_id)
        track, _, unit = given.place.partition("/") if given.verdict == "advance" else ("", "", "")
        about = {
            "application_id": id_,
            "decision_id": found[0].decision_id,
            "verdict": given.verdict,
            "track": track or None,
            "unit": unit or None,
        }
        onward = f"/reviews/next{query(wanted_by(visit))}"
        return await self._answering.ask(visit, REVIEW_GIVEN, ReviewGiven, str(id_), onward, **about)

    async def _skip(self, visit: Visit) -> Response:
        await self._answering.parts.claims.skip(_application(visit), visit.session.name)
        return RedirectResponse(f"/reviews/next{query(wanted_by(visit))}", 303)

    async def _leave(self, visit: Visit) -> Response:
        await self._answering.parts.claims.release(_application(visit), visit.session.name)
        return RedirectResponse(f"/reviews{query(wanted_by(visit))}", 303)

    async def _hold(self, visit: Visit) -> Response:
        claim = await self._answering.parts.claims.renew(_application(visit), visit.session.name)
        told = {"claim": claim, "mine": claim is not None and claim.by == visit.session.name}
        return HTMLResponse(self._answering.rendering.render("review_claim", visit.language, **told))

    async def _waiting(self, id_: UUID) -> tuple[Waiting, Known] | None:
        """What waits, and all that is known of it; None where it does not, or not any more."""
        parts = self._answering.parts
        waiting, known = await parts.reviews.waiting(id_), await parts.model.application(id_)
        if waiting is None or waiting.answering or known is None or known.decision is None:
            return None
        return (waiting, known) if known.decision.decision_id == waiting.decision_id else None

    async def _page(
        self,
        visit: Visit,
        waiting: Waiting,
        known: Known,
        claim: Claim | None,
        given: Given | None = None,
        problem: str | None = None,
    ) -> Response:
        decision = known.decision
        assert decision is not None
        policy = await self._answering.parts.policies.policy(decision.policy.digest)
        told = {
            "it": known,
            "waiting": waiting,
            "claim": claim,
            "mine": claim is not None and claim.by == visit.session.name,
            "given": given or Given(),
            "places": places(policy.policy if policy else None, decision),
            "problem": problem,
            "done_today": await given_today(self._answering, visit),
            "last": await last_verdict(self._answering, visit),
        }
        return await self._page_of(visit, "review", 400 if problem else 200, **told)

    async def _gone(self, visit: Visit, status: int) -> Response:
        return await self._page_of(visit, "review_gone", status)

    async def _page_of(self, visit: Visit, template: str, status: int, **told: Any) -> Response:
        application = _application(visit)
        around_it = around(wanted_by(visit))
        return await self._answering.page(template, visit, status, application=application, **told, **around_it)


def _application(visit: Visit) -> UUID:
    id_: UUID = visit.request.path_params["id"]
    return id_


def _said(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
