"""The records that the step publishes."""

from hiring.consumer.record import Record
from hiring.events import DECISION_MADE
from hiring.events.answer import CommandAnswered
from hiring.events.answering import answer_record
from hiring.events.command import Command
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.topics import DECISIONS
from screening.commands import Answer
from screening.stored_decision import StoredDecision

SERVICE = "screening"
SOURCE = "/cohort/screening"


def decided(decision: StoredDecision) -> Outgoing:
    """A decision, as it is stored."""
    application = decision.application_id
    return Outgoing(
        DECISIONS,
        application.encode(),
        decision.data,
        cloudevent_headers(DECISION_MADE, decision.decision_id, SOURCE, decision.decided_at, application),
    )


def answered(command: Command, asked_in: Record, answer: Answer) -> Outgoing:
    """The answer to a command, under the key of the record it came in."""
    told = CommandAnswered(
        command_id=command.command_id, service=SERVICE, refusal=answer.refusal, answered_at=answer.answered_at
    )
    return answer_record(told, asked_in.key, SOURCE)
