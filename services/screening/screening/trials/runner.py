"""Runs the trials that wait, one at a time, beside the decisions; nothing that happens to one ends the service."""

import asyncio
import contextlib
import logging
from datetime import UTC, datetime
from typing import Any

import orjson
from prometheus_client import CollectorRegistry, Counter

from hiring import process
from hiring.events import POLICY_TRIED
from hiring.events.answer import PolicyTried
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.faults import is_transient
from hiring.identity import event_id
from hiring.patience import Patience
from hiring.publishing import Publisher
from hiring.topics import ANSWERS
from screening.known_policies import SOURCE
from screening.registry import stored_policy
from screening.trials.child import TrialProcess
from screening.trials.table import Trial, TrialTable
from screening.whatif.replay import named

MOST_BEGUN = 3
"""So often a trial is begun that never ends: it may be what ends the replicas that run it."""

_POLL_SECONDS = 1.0
_PAUSE_SECONDS = 10.0
_GIVE_BACK_SECONDS = 3.0
log = logging.getLogger(__name__)


class TrialRunner:
    """Takes trials, has each run in a process of its own, and publishes what it found. Counts how they ended."""

    def __init__(
        self,
        table: TrialTable,
        trials: TrialProcess,
        publisher: Publisher,
        patience: Patience,
        metrics: CollectorRegistry,
        lease_seconds: float,
    ) -> None:
        self._table = table
        self._process = trials
        self._publisher = publisher
        self._patience = patience
        self._renew_seconds = lease_seconds / 3
        self._tried = Counter("screening_policy_trials", "Policies tried when asked", ["ended"], registry=metrics)

    async def run(self) -> None:
        """Run trials until cancelled; the one under way is then given back, to be begun anew by whoever takes it."""
        while True:
            try:
                trial = await self._patience.until_done("trials", self._table.take)
                if trial is None:
                    await asyncio.sleep(_POLL_SECONDS)
                else:
                    await self._settle(trial)
            except Exception:
                # Decisions go on, whatever is wrong with trials.
                log.exception("trials do not go on for a while")
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _settle(self, trial: Trial) -> None:
        value = trial.answer
        if value is None:
            try:
                value = await self._try(trial)
            except asyncio.CancelledError:
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(self._table.give_back(trial), _GIVE_BACK_SECONDS)
                raise
            if not await self._patience.until_done("trials", lambda: self._table.keep(trial, value)):
                log.info("another replica has taken the trial", extra={"programme": trial.programme})
                return
        record = _record(trial, value)
        await self._patience.until_done("trials", lambda: self._publisher.publish([record]))
        await self._patience.until_done("trials", lambda: self._table.done(trial))

    async def _try(self, trial: Trial) -> bytes:
        """The answer, as it is published."""
        policy = stored_policy(trial.policy)
        if policy is None:
            found: dict[str, Any] = {"problem": "this release cannot read the policy, which another one took"}
        elif trial.begun > MOST_BEGUN:
            found = {"problem": f"it was begun {MOST_BEGUN} times and cut off each time: ask again when all is calm"}
        else:
            async with process.running(self._hold(trial), "trial-lease"):
                found = await self._process.run(
                    {
                        "programme": trial.programme,
                        "policy": orjson.loads(trial.policy),
                        "against": _content(trial.other),
                        "judging": _content(trial.judging),
                    }
                )
        ended = "result" if "result" in found else "problem"
        self._tried.labels(ended).inc()
        log.info("policy tried", extra={"programme": trial.programme, "ended": ended, "problem": found.get("problem")})
        told = PolicyTried(
            command_id=trial.command_id,
            programme=trial.programme,
            policy=None if policy is None else named(policy),
            against=trial.against,
            **found,
            tried_at=datetime.now(UTC),
        )
        return told.model_dump_json().encode()

    async def _hold(self, trial: Trial) -> None:
        """Renew the lease as long as it runs."""
        while True:
            await asyncio.sleep(self._renew_seconds)
            try:
                await self._table.renew(trial)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("the lease of a trial could not be renewed", extra={"fault": type(error).__name__})


def _content(stored: str | None) -> Any:
    return None if stored is None else orjson.loads(stored)


def _record(trial: Trial, value: bytes) -> Outgoing:
    tried_at = orjson.loads(value)["tried_at"]
    id_ = event_id(trial.command_id, b"tried")
    headers = cloudevent_headers(POLICY_TRIED, id_, SOURCE, tried_at, str(trial.command_id))
    return Outgoing(ANSWERS, trial.programme.encode(), value, headers)
