"""POST /trials              try a policy that is written or uploaded here, on every application there is
GET  /trials/{command}     what it would change, once that is known
POST /trials/{command}     propose what was tried
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.accounts.roles import OPERATES
from console.core.policies import written
from console.store.asked import Answered
from console.web.access import Visit
from console.web.answering import Answering, Incomplete, NotFound
from hiring.events import POLICY_PROPOSED, POLICY_TRIAL_REQUESTED
from hiring.events.command import PolicyProposed, PolicyTrialRequested
from hiring.yaml_lines import Unreadable, read_yaml

LARGEST_POLICY = 700_000
"""Bytes of what a policy says: the command around it stays below what its topic takes."""
TRIAL = "/trials/{command}"
"""Where the page of a trial is, by the command that asked for it."""


class NoPolicy(Exception):
    """What was sent is no policy that can be tried; the text says where and why."""


class TrialsPages:
    """What-if."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """Looking is for everybody, the rest for operators."""
        seen = self._answering.seen
        return [
            Route("/trials", seen(self._try, OPERATES, largest=2 * LARGEST_POLICY, files=1), methods=["POST"]),
            Route(TRIAL, seen(self._show), methods=["GET"]),
            Route(TRIAL, seen(self._propose, OPERATES), methods=["POST"]),
        ]

    async def _try(self, visit: Visit) -> Response:
        try:
            # A large one takes seconds to read, and everybody's pages go on meanwhile.
            policy = await asyncio.to_thread(_read, await _text(visit))
        except NoPolicy as error:
            form = await visit.form()
            # What was written is there still, to be mended.
            written = {name: value if isinstance(value := form.get(name), str) else "" for name in ("text", "why")}
            return await self._answering.page("trial_refused", visit, 400, problem=str(error), **written)
        programme = policy.get("programme")
        told: dict[str, Any] = {"programme": programme, "policy": policy}
        return await self._answering.ask(
            visit, POLICY_TRIAL_REQUESTED, PolicyTrialRequested, str(programme), TRIAL, **told
        )

    async def _show(self, visit: Visit) -> Response:
        asked, parts = await self._asked(visit), self._answering.parts
        trial, content = await parts.trials.trial(_id(visit)), await parts.trials.content(_id(visit))
        known = await parts.policies.line(trial.policy.digest) if trial and trial.policy else None
        refusal = asked.refusal if asked else None
        mend = content if visit.operates and (refusal or (trial and trial.problem)) else None
        return await self._answering.page(
            "trial",
            visit,
            asked=asked,
            trial=trial,
            refusal=refusal,
            known=known,
            # To be mended and tried once more.
            text=None if mend is None else await asyncio.to_thread(written, mend),
            why=asked.asked.why if asked else "",
            # What is approved stays as it was approved.
            may_propose=content is not None and (known is None or known.approved_at is None),
        )

    async def _propose(self, visit: Visit) -> Response:
        parts = self._answering.parts
        trial, content = await parts.trials.trial(_id(visit)), await parts.trials.content(_id(visit))
        if trial is None or trial.policy is None or content is None:
            raise NotFound
        form = await visit.form()
        named = _moment(str(form.get("effective_from", "")))
        told = {
            "programme": trial.programme,
            "digest": trial.policy.digest,
            "policy": content,
            # Without a date from the approval on; for who does not know that, from now on.
            "effective_from": named or datetime.now(UTC),
            "from_approval": named is None,
        }
        back = f"/policies/{trial.policy.digest}"
        return await self._answering.ask(visit, POLICY_PROPOSED, PolicyProposed, trial.programme, back, **told)

    async def _asked(self, visit: Visit) -> Answered | None:
        asked = await self._answering.parts.asked.command(_id(visit))
        if asked is not None and asked.asked.type != PolicyTrialRequested.__name__:
            raise NotFound
        return asked


def _id(visit: Visit) -> UUID:
    try:
        return UUID(visit.request.path_params["command"])
    except ValueError:
        raise NotFound from None


async def _text(visit: Visit) -> str:
    """The policy that was uploaded, or else written."""
    form = await visit.form()
    upload, written = form.get("file"), form.get("text")
    if isinstance(upload, UploadFile) and upload.size:
        try:
            return (await upload.read()).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise NoPolicy("1: the file is not UTF-8: save it in that encoding") from None
    return written if isinstance(written, str) else ""


def _read(text: str) -> dict[str, Any]:
    try:
        policy = read_yaml(text).value
    except Unreadable as error:
        raise NoPolicy(f"{error.line}: {error.text}") from None
    if not isinstance(policy, dict) or not isinstance(policy.get("programme"), str):
        raise NoPolicy("1: a policy says for which programme it is: programme: NAME")
    said = 0
    for text in _texts(policy):
        # Counted, not made: what an alias repeats a thousand times is there only once until it is written out.
        if (said := said + len(text.encode(errors="replace")) + 4) > LARGEST_POLICY:
            raise NoPolicy(
                f"1: the policy is too large: it says more than {LARGEST_POLICY:,} bytes, aliases written out"
            )
    return policy


def _texts(value: Any) -> Iterator[str]:
    """Every name and value in it, as text."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    else:
        yield str(value)


def _moment(text: str) -> datetime | None:
    """When a policy begins to judge, in UTC where no offset is told; None where nothing is. Raises Incomplete."""
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Incomplete("incomplete") from None
