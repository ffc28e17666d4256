"""One command that cannot be obeyed holds up the others for a while, and never for ever."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from aiokafka.errors import KafkaConnectionError

from console.acting import CONDITION, GIVE_UP_SECONDS, ActsStep, Apart
from console.core.settling import Obstacle
from console.redriving import _obstacle
from hiring.events.answer import CommandAnswered
from hiring.events.command import DeadLettersSettled
from hiring.events.dead_letter import dead_letter
from hiring.health import Health

COMMAND = DeadLettersSettled.model_validate(
    {
        "command_id": UUID(int=1),
        "by": "Mei Lin",
        "why": "It is mended.",
        "at": datetime(2026, 3, 1, tzinfo=UTC),
        "then": "redrive",
        "letter": {"partition": 0, "offset": 1},
    }
)


class Redriving:
    """Raises what it is told to."""

    def __init__(self, *faults: Exception) -> None:
        self._faults = list(faults)

    async def obey(self, command: DeadLettersSettled) -> CommandAnswered:
        if self._faults:
            raise self._faults.pop(0)
        return self.answer(command, note="1 dead letter discarded")

    def answer(self, command: DeadLettersSettled, **told: Any) -> CommandAnswered:
        return CommandAnswered(command_id=command.command_id, service="console", answered_at=command.at, **told)


def step(*faults: Exception) -> tuple[ActsStep, SimpleNamespace]:
    clock = SimpleNamespace(now=0.0)
    return ActsStep(Redriving(*faults), lambda: clock.now), clock  # type: ignore[arg-type]


async def answered(it: ActsStep) -> CommandAnswered:
    [[out]] = await it.store([(COMMAND, SimpleNamespace(key=b"dead-letters"))])  # type: ignore[list-item]
    assert out.key == b"dead-letters"
    return CommandAnswered.model_validate_json(out.value or b"")


async def test_a_fault_that_passes_is_waited_out_by_the_loop_and_given_up_at_last() -> None:
    it, clock = step(*[KafkaConnectionError()] * 2)
    for moment in (0.0, GIVE_UP_SECONDS - 1):
        clock.now = moment
        with pytest.raises(KafkaConnectionError):
            await answered(it)
    assert (await answered(it)).note == "1 dead letter discarded"

    it, clock = step(*[KafkaConnectionError()] * 2)
    with pytest.raises(KafkaConnectionError):
        await answered(it)
    clock.now = GIVE_UP_SECONDS
    assert "KafkaConnectionError" in ((await answered(it)).refusal or "")


async def test_work_that_takes_long_is_not_given_up_at_its_first_fault() -> None:
    it, clock = step(KafkaConnectionError())
    obey = it._redriving.obey

    async def long(command: DeadLettersSettled) -> CommandAnswered:
        clock.now += GIVE_UP_SECONDS + 1
        return await obey(command)

    it._redriving.obey = long  # type: ignore[method-assign]
    with pytest.raises(KafkaConnectionError):
        await answered(it)


async def test_a_fault_that_nobody_expected_ends_the_command_and_not_the_console() -> None:
    it, _ = step(RuntimeError("with somebody's data"))
    refusal = (await answered(it)).refusal or ""
    assert "RuntimeError" in refusal and "somebody" not in refusal
    assert (await answered(it)).note == "1 dead letter discarded"


def test_a_letter_of_somebody_who_was_erased_is_not_given_again() -> None:
    why = dead_letter(
        "forgotten", "discard it", topic="hooks/a/b", partition=0, offset=1, group="intake", at=COMMAND.at
    )
    letter: Any = SimpleNamespace(headers=why.outgoing("t", None, None, ()).headers)
    assert _obstacle(letter, None, {}) is Obstacle.ERASED


def test_readiness_tells_whether_commands_are_read_and_not_how_long_one_takes() -> None:
    whole = Health.awaiting(CONDITION)
    apart = Apart(whole)
    apart.set("store", False, "no answer for 7 s")
    assert not whole.ready and list(whole.conditions()) == [CONDITION]
    apart.set("consumer", True)
    assert whole.ready and not apart.ready
    apart.fail("StandsStill")
    assert not whole.alive
