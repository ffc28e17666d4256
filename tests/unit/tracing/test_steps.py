"""Screening and notify go on in the trace that a record came in, and leave every other record alone."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock
from uuid import UUID, uuid4

import pytest

from hiring.consumer import Received
from hiring.events.application import ApplicationSubmitted
from hiring.events.decision import DecisionMade, PolicyNamed
from notify.consumer import NotifyStep
from notify.core.answer import Answer
from notify.ledger.claiming import Claimed, Part
from notify.tracing import sending
from screening.consumer import ScreeningStep
from screening.in_force import Programmes
from screening.store import Stored

from .traced import SAMPLED, SPAN, TRACE, UNSAMPLED, Kept, carried, named_by, parent_of, trace_of

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OTHER = f"00-{'a' * 32}-{'b' * 16}-01"


def received(event: Any, parent: str | None, offset: int) -> Received:
    headers = () if parent is None else (("traceparent", parent.encode()),)
    record: Any = SimpleNamespace(partition=0, offset=offset, headers=headers, key=b"k")
    return Received(event, record)


def applied(number: int) -> ApplicationSubmitted:
    told: dict[str, Any] = {"facts": {}, "candidate_id": "c" * 64, "programme": "p", "submitted_at": NOW, "source": "s"}
    return ApplicationSubmitted(application_id=UUID(int=number), revision=f"{number:064x}", **told)


def decided(number: int) -> DecisionMade:
    policy = PolicyNamed(name="p", version="1", digest="c" * 64)
    told: dict[str, Any] = {"candidate_id": "a" * 64, "revision": "b" * 64, "programme": "p", "policy": policy}
    return DecisionMade(decision_id=uuid4(), application_id=UUID(int=number), outcome="review", decided_at=NOW, **told)


class AsItWas:
    """A table of decisions that has none of them, or had all of them, as the database writes ids."""

    def __init__(self, *, repeated: bool) -> None:
        self._repeated = repeated

    async def add(self, decisions: Any, *_: Any) -> Stored:
        return Stored([it._replace(settles=str(UUID(it.settles))) if self._repeated else it for it in decisions])


@pytest.mark.parametrize("repeated", [False, True])
async def test_a_decision_is_published_in_its_applications_trace(repeated: bool) -> None:
    kept, registry = Kept(), Mock(programmes=Programmes())
    step = ScreeningStep(registry, AsItWas(repeated=repeated), Mock(), traces=kept.traces)  # type: ignore[arg-type]
    parents = [SAMPLED, None, UNSAMPLED]
    batch = [received(applied(number), parent, number) for number, parent in enumerate(parents)]
    (wave,) = await step.store(step.plan(batch))
    (span,) = kept.spans()
    assert (span.name, trace_of(span), parent_of(span)) == ("screening decide", TRACE, SPAN)
    assert span.attributes is not None
    assert (span.attributes["application_id"], span.attributes["records"]) == (str(UUID(int=0)), 3)
    assert [carried(record.headers) for record in wave] == [named_by(span), None, None]


async def test_without_traces_the_header_is_not_looked_at() -> None:
    step = ScreeningStep(Mock(programmes=Programmes()), AsItWas(repeated=False), Mock())  # type: ignore[arg-type]
    (wave,) = await step.store(step.plan([received(applied(1), SAMPLED, 1)]))
    assert carried(wave[0].headers) is None


class Ledger:
    async def enter(self, plan: Any) -> tuple[list[Any], list[Any]]:
        self.entered = plan
        return [], []


async def test_what_is_entered_in_the_ledger_is_a_span_of_its_decisions_trace() -> None:
    kept, ledger, first, second = Kept(), Ledger(), decided(1), decided(2)
    step = NotifyStep(ledger, Mock(), Mock(), kept.traces)  # type: ignore[arg-type]
    await step.store(step.plan([received(first, SAMPLED, 1), received(second, None, 2)]))
    (span,) = kept.spans()
    assert (span.name, trace_of(span), parent_of(span)) == ("notify enter", TRACE, SPAN)
    assert ledger.entered.followed.parents == {first.decision_id: SAMPLED}


def letter(*traces: str | None) -> Claimed:
    parts = tuple(Part(uuid4(), 1, 0, 0, "{}", UUID(int=number), trace) for number, trace in enumerate(traces))
    return Claimed("<1@example.com>", parts, "Ada", "ada@mail.example", "en", False, NOW)


def test_a_letter_that_tells_several_decisions_is_in_the_trace_of_each() -> None:
    kept = Kept()
    with sending(kept.traces, letter(SAMPLED, None, OTHER)) as spans:
        spans.answered(Answer("taken", "RCPT ada@mail.example"))
    assert [(span.name, trace_of(span)) for span in kept.spans()] == [("notify send", TRACE), ("notify send", "a" * 32)]
    assert [f"{link.context.trace_id:032x}" for span in kept.spans() for link in span.links] == ["a" * 32, TRACE]
    for number, span in zip((0, 2), kept.spans(), strict=True):
        assert span.attributes is not None
        assert (span.attributes["verdict"], span.attributes["application_id"]) == ("taken", str(UUID(int=number)))
    assert "ada@" not in "".join(kept.texts())


@pytest.mark.parametrize("off", [True, False])
def test_a_letter_that_is_not_traced_has_no_span(off: bool) -> None:
    kept = Kept()
    with sending(None if off else kept.traces, letter(SAMPLED if off else None)) as spans:
        spans.answered(Answer("taken"))
    assert kept.spans() == ()
