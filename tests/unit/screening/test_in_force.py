"""Which policy judges an application, by when it was submitted; and what a batch becomes."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import pytest

from hiring.consumer import Received
from hiring.events.application import ApplicationSubmitted
from screening.consumer import plan
from screening.core.policy import Policy
from screening.in_force import ALWAYS, Approved, Programmes, activate

MAY, JUNE, JULY = (datetime(2026, month, 1, tzinfo=UTC) for month in (5, 6, 7))
BEIJING = timezone(timedelta(hours=8))


def policy(version: str, **more: Any) -> Policy:
    tracks = [{"id": "ai", "seats": 1, "units": ["cloud"]}]
    return Policy.model_validate({"name": "p", "version": version, "programme": "p", "tracks": tracks, **more})


def approved(version: str, since: datetime, at: datetime = MAY, **more: Any) -> Approved:
    given = policy(version, **more)
    return Approved("p", activate(given, given.digest()), since, at)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize(
    ("submitted_at", "version"),
    [
        (JUNE - timedelta(microseconds=1), "1"),
        (JUNE, "2"),
        (datetime(2026, 6, 1, 7, 59, tzinfo=BEIJING), "1"),
        (datetime(2026, 6, 1, 8, 0, tzinfo=BEIJING), "2"),
        (JULY, "3"),
        (datetime.max.replace(tzinfo=UTC), "3"),
        (datetime.min.replace(tzinfo=BEIJING), "1"),
    ],
)
def test_the_last_policy_to_come_into_force_by_then_judges(
    order: tuple[int, ...], submitted_at: datetime, version: str
) -> None:
    every = [approved("1", ALWAYS), approved("2", JUNE), approved("3", JULY)]
    programmes = Programmes([every[place] for place in order])
    assert programmes.policy("p", submitted_at).named.version == version


def test_of_two_from_the_same_moment_on_the_one_approved_later_judges() -> None:
    assert Programmes([approved("2", MAY, JULY), approved("3", MAY, JUNE)]).policy("p", JULY).named.version == "2"


def test_before_the_first_policy_is_in_force_a_person_looks() -> None:
    programmes = Programmes([approved("1", JUNE)])
    assert programmes.policy("p", MAY).decide({}).outcome == "review"
    assert programmes.policy("q", JULY).named.name == "no-policy"


def application(number: int, revision: str, submitted_at: datetime = JULY, offset: int = 0) -> Received:
    event = ApplicationSubmitted(
        application_id=UUID(int=number),
        candidate_id="c" * 64,
        revision=revision * 64,
        source="s",
        programme="p",
        submitted_at=submitted_at,
        facts={},
    )
    return Received(event, Mock(partition=3, offset=offset))


def test_a_repeated_revision_keeps_its_first_decision_and_comes_last() -> None:
    programmes = Programmes([approved("1", ALWAYS), approved("2", JUNE)])
    batch = [
        application(1, "a", MAY, 5),
        application(1, "b", offset=6),
        application(2, "a", offset=7),
        application(1, "a", JULY, 8),
    ]
    planned = plan(programmes, batch, JULY)
    assert planned.approved == 2
    assert [(UUID(one.application_id).int, one.settles[0]) for one in planned.decisions] == [
        (1, "b"),
        (2, "a"),
        (1, "a"),
    ]
    assert b'"version":"1"' in planned.decisions[-1].data
    assert [(one.source_partition, one.source_offset) for one in planned.decisions] == [(3, 6), (3, 7), (3, 8)]
    assert planned.candidacies == []


def test_where_a_policy_has_a_person_look_at_further_applications_both_answers_are_ready() -> None:
    programmes = Programmes([approved("1", ALWAYS), approved("2", JUNE, further_applications="review")])
    planned = plan(programmes, [application(1, "a", MAY), application(2, "b", JULY, 9)], JULY)
    before, after = planned.candidacies
    assert before.further is None, "it is counted, and judged as its own policy says"
    assert [one.outcome for one in planned.decisions] == ["advance", "advance"]
    assert after.further is not None
    assert (after.further.outcome, after.further.decision_id) == ("review", planned.decisions[1].decision_id)
    assert (after.further.source_partition, after.further.source_offset) == (3, 9)
