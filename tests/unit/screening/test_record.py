"""What a decision's record says of its submission, and where the tables look for it."""

import re
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
import pytest

from hiring.consumer import Received
from hiring.events.application import ApplicationSubmitted
from hiring.events.command import ReviewGiven
from hiring.events.decision import DecisionMade
from screening.consumer import plan
from screening.in_force import Programmes
from screening.reviews import verdict
from screening.stored_decision import StoredDecision

AT = datetime(2026, 6, 1, tzinfo=UTC)
CANDIDATE = "c" * 64


def planned(*submitted: datetime) -> list[StoredDecision]:
    """What is decided on one application that was submitted at these times, unchanged."""
    event: dict[str, Any] = {
        "application_id": UUID(int=1),
        "candidate_id": CANDIDATE,
        "revision": "a" * 64,
        "source": "s",
        "programme": "p",
        "facts": {},
    }
    batch = [
        Received(ApplicationSubmitted(**event, submitted_at=at), SimpleNamespace(partition=0, offset=offset))  # type: ignore[arg-type]
        for offset, at in enumerate(submitted)
    ]
    return plan(Programmes(), batch, AT).decisions


def reviewed(decision: StoredDecision) -> StoredDecision:
    command = ReviewGiven(
        command_id=UUID(int=1),
        by="Mia",
        why="so",
        at=AT,
        application_id=UUID(decision.application_id),
        decision_id=UUID(decision.decision_id),
        verdict="decline",
    )
    return verdict(command, decision, orjson.loads(decision.data), None)


def test_a_record_says_when_its_application_was_submitted_and_so_does_a_verdict_on_it() -> None:
    east = datetime(2026, 6, 1, 8, 30, 0, 250, tzinfo=timezone(timedelta(hours=8)))
    (made,) = planned(east)
    for one in (made, reviewed(made)):
        assert DecisionMade.model_validate_json(one.data).submitted_at == east


@pytest.mark.parametrize(("first", "then", "told"), [(1, 2, 2), (2, 1, 2), (1, 1, 1)])
def test_of_a_batch_with_the_same_twice_the_later_time_is_told(first: int, then: int, told: int) -> None:
    (made,) = planned(AT + timedelta(first), AT + timedelta(then))
    assert DecisionMade.model_validate_json(made.data).submitted_at == made.submitted_at == AT + timedelta(told)
    assert made.source_offset == 1


def test_the_pseudonym_stands_where_the_index_looks_for_it() -> None:
    migration = (files("screening.migrations") / "0003.what-candidates-ask.sql").read_text(encoding="utf-8")
    found = re.search(r"substring\(data FROM (\d+) FOR (\d+)\)", migration)
    assert found is not None
    begin, length = int(found[1]) - 1, int(found[2])
    (made,) = planned(AT)
    later = planned(AT, AT + timedelta(1))[0]
    for one in (made, later, reviewed(made)):
        assert one.data[begin : begin + length].decode() == CANDIDATE
