"""A decision in the trace of the application that it is about."""

from collections.abc import Iterable

from opentelemetry.trace import SpanKind
from opentelemetry.util.types import AttributeValue

from hiring.consumer import Received
from hiring.events.application import ApplicationSubmitted
from hiring.events.envelope import Outgoing
from hiring.tracing import Followed, Traces, carrying
from screening.stored_decision import StoredDecision, revision_settled

Settled = tuple[str, str]
"""An application, and what of it a decision settles, without hyphens: the table writes it as a UUID."""


def followed() -> Followed[Settled]:
    """Follows the applications of a batch."""
    return Followed(_settled)


def _settled(received: Received) -> Settled | None:
    event = received.event
    if isinstance(event, ApplicationSubmitted):
        return str(event.application_id), revision_settled(event.revision)
    return None


def in_their_traces(
    traces: Traces, of: Followed[Settled], decided: Iterable[tuple[StoredDecision, Outgoing]]
) -> list[Outgoing]:
    """The records of decisions; of those whose application is traced, with a span of what it took until now."""
    return [_in_its_trace(traces, of, decision, record) for decision, record in decided]


def _in_its_trace(traces: Traces, of: Followed[Settled], decision: StoredDecision, record: Outgoing) -> Outgoing:
    parent = of.parents.get((decision.application_id, decision.settles.replace("-", "")))
    if parent is None:
        return record
    told: dict[str, AttributeValue] = {
        "application_id": decision.application_id,
        "decision_id": decision.decision_id,
        "outcome": decision.outcome,
        "records": of.records,
    }
    return carrying(record, traces.done("screening decide", parent, of.began, kind=SpanKind.CONSUMER, attributes=told))
