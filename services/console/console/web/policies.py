"""GET  /policies                    every policy, programme by programme, and a form to try another
GET  /policies/{digest}           what one says, how it differs, who proposed and approved it
POST /policies/{digest}/try       try it against what was decided
POST /policies/{digest}/approve   the second pair of eyes
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.accounts.roles import OPERATES
from console.core.policies import line, listed, state, written
from console.web.access import Visit
from console.web.answering import Answering, NotFound
from console.web.trials import TRIAL
from hiring.events import POLICY_APPROVED, POLICY_TRIAL_REQUESTED
from hiring.events.command import PolicyApproved, PolicyTrialRequested
from hiring.events.policy import PolicyKnown

TRIALS = 20
"""So many trials of a policy are listed."""
LATEST = 10
"""So many of any policy: one that is not proposed yet is found here."""


class PoliciesPages:
    """The rules of each programme, and bringing one into force."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """Looking is for everybody, the rest for operators."""
        seen = self._answering.seen
        return [
            Route("/policies", seen(self._list), methods=["GET"]),
            Route("/policies/{digest:str}", seen(self._show), methods=["GET"]),
            Route("/policies/{digest:str}/try", seen(self._try, OPERATES), methods=["POST"]),
            Route("/policies/{digest:str}/approve", seen(self._approve, OPERATES), methods=["POST"]),
        ]

    async def _list(self, visit: Visit) -> Response:
        parts = self._answering.parts
        programmes = listed(await parts.policies.lines(), datetime.now(UTC))
        trials = await parts.trials.latest_trials(LATEST)
        return await self._answering.page("policies", visit, programmes=programmes, trials=trials)

    async def _show(self, visit: Visit) -> Response:
        policy, parts, now = await self._one(visit), self._answering.parts, datetime.now(UTC)
        judging = await parts.policies.judging(policy.programme, now)
        return await self._answering.page(
            "policy",
            visit,
            it=policy,
            state=state(line(policy), judging, now),
            begun=policy.effective_from is None or policy.effective_from <= now,
            trials=await parts.trials.of_policy(policy.digest, TRIALS),
            most=TRIALS,
            # A large one takes a second to be written out.
            content=await asyncio.to_thread(written, policy.policy),
        )

    async def _try(self, visit: Visit) -> Response:
        policy = await self._one(visit)
        told: dict[str, Any] = {"programme": policy.programme, "digest": policy.digest}
        return await self._answering.ask(
            visit, POLICY_TRIAL_REQUESTED, PolicyTrialRequested, policy.programme, TRIAL, **told
        )

    async def _approve(self, visit: Visit) -> Response:
        policy = await self._one(visit)
        # Nobody approves another moment than they are told: it may be proposed anew before this is obeyed.
        form = await visit.form()
        told = {
            "programme": policy.programme,
            "digest": policy.digest,
            "effective_from": form.get("effective_from") or None,
            "from_approval": bool(form.get("from_approval")),
        }
        back = f"/policies/{policy.digest}"
        return await self._answering.ask(visit, POLICY_APPROVED, PolicyApproved, policy.programme, back, **told)

    async def _one(self, visit: Visit) -> PolicyKnown:
        policy = await self._answering.parts.policies.policy(visit.request.path_params["digest"])
        if policy is None:
            raise NotFound
        return policy
