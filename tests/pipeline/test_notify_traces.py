"""The ledger keeps the trace of a decision until its letter goes, whoever sends it, and not for longer than it may."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from hiring.consumer import Received
from hiring.tracing import Followed
from notify.core import plan as planning
from notify.core.fate import Fate
from notify.core.plan import Plan
from notify.tracing import followed

from .notify_stand import Place, contact, decision, erased, someone, withdrawn

pytestmark = pytest.mark.stack

ONE, OTHER = (f"00-{digit * 32}-{digit * 16}-01" for digit in "ab")


def traced(events: Iterable[tuple[Any, str | None]], offset: int = 0) -> Plan:
    """The plan of events, each in a record that carries a trace or none."""
    batch = []
    for number, (event, trace) in enumerate(events):
        headers = () if trace is None else (("traceparent", trace.encode()),)
        record: Any = SimpleNamespace(partition=0, offset=offset + number, key=b"k", headers=headers)
        batch.append(Received(event, record))
    following: Followed[Any] = followed()
    planned = planning.plan(following.through(batch))
    planned.followed = following
    return planned


async def test_a_claimed_letter_has_the_traces_of_what_it_tells(place: Place) -> None:
    candidate = someone()
    first, second, third = (decision(candidate) for _ in range(3))
    await place.enter_plan(traced([(contact(candidate), None), (first, ONE), (second, OTHER), (third, None)]))
    (letter,) = await place.claim()
    assert {part.decision_id: part.trace for part in letter.parts} == {
        first.decision_id: ONE,
        second.decision_id: OTHER,
        third.decision_id: None,
    }
    assert {part.application_id for part in letter.parts} == {it.application_id for it in (first, second, third)}


async def test_a_letter_that_went_keeps_the_trace_that_it_went_in(place: Place) -> None:
    candidate = someone()
    one = decision(candidate)
    await place.enter_plan(traced([(contact(candidate), None), (one, ONE)]))
    (letter,) = await place.claim()
    await place.record(Fate("sent"), letter)
    await place.enter_plan(traced([(one, OTHER)], offset=9))
    assert await place.letter("trace, state", one) == (ONE, "sent")


async def test_a_decision_that_stands_again_is_in_the_trace_of_what_made_it_stand(place: Place) -> None:
    candidate = someone()
    one = decision(candidate)
    await place.enter_plan(traced([(one, ONE)]))
    await place.enter(withdrawn(one))
    again = one.model_copy(update={"submitted_at": withdrawn(one, 90).at})
    await place.enter_plan(traced([(again, None)], offset=9))
    assert await place.letter("trace, state", one) == (None, "queued")


async def test_who_is_erased_leaves_no_trace(place: Place) -> None:
    candidate = someone()
    one = decision(candidate)
    await place.enter_plan(traced([(one, ONE)]))
    await place.enter(erased(candidate))
    assert await place.letter("trace, fallen", one) == (None, "erased")
    await place.enter_plan(traced([(one, OTHER)], offset=9))
    assert await place.letter("trace", one) == (None,)
