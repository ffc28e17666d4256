"""Letters in the traces of the applications whose decisions they tell."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from uuid import UUID

from opentelemetry.trace import Span, SpanKind
from opentelemetry.util.types import AttributeValue

from hiring.consumer import Received
from hiring.events.decision import DecisionMade
from hiring.tracing import Followed, Traces, current
from notify.core.answer import Answer
from notify.core.plan import Plan
from notify.ledger.claiming import Claimed, Part


def followed() -> Followed[UUID]:
    """Follows the decisions of a batch."""
    return Followed(_decided)


def _decided(received: Received) -> UUID | None:
    return received.event.decision_id if isinstance(received.event, DecisionMade) else None


def entered(traces: Traces, plan: Plan) -> None:
    """The traced decisions of a plan are in the ledger: a span for each of what it took until now."""
    assert plan.followed is not None
    for decision, parent in plan.followed.parents.items():
        if (entry := plan.entries.get(decision)) is not None:
            told: dict[str, AttributeValue] = {
                "application_id": str(entry.application_id),
                "decision_id": str(decision),
                "records": plan.followed.records,
            }
            traces.done("notify enter", parent, plan.followed.began, kind=SpanKind.CONSUMER, attributes=told)


class Sending:
    """The spans of one letter: one for each traced decision that it tells, in the trace of its application."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans

    def answered(self, answer: Answer) -> None:
        """What the relay made of it. `taken` is its 250."""
        for span in self._spans:
            span.set_attribute("verdict", answer.verdict)


_UNTRACED = Sending(())


def sending(traces: Traces | None, letter: Claimed) -> AbstractContextManager[Sending]:
    """The letter is sent inside the block, within the first of its spans; each links to the traces beside its own."""
    if traces is None or all(part.trace is None for part in letter.parts):
        return nullcontext(_UNTRACED)
    return _sending(traces, [part for part in letter.parts if part.trace is not None])


@contextmanager
def _sending(traces: Traces, parts: Sequence[Part]) -> Iterator[Sending]:
    spans = []
    for part in parts:
        beside = [it.trace for it in parts if it.trace is not None and it is not part]
        told = {"application_id": str(part.application_id), "decision_id": str(part.decision_id)}
        spans.append(traces.begin("notify send", part.trace, kind=SpanKind.CLIENT, links=beside, attributes=told))
    try:
        with current(spans[0]):
            yield Sending(spans)
    finally:
        for span in spans:
            span.end()
