"""The record of an answer to a command."""

from hiring.events import COMMAND_ANSWERED
from hiring.events.answer import CommandAnswered
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.identity import answer_id
from hiring.topics import ANSWERS


def answer_record(answer: CommandAnswered, key: bytes | None, source: str) -> Outgoing:
    """An answer as it is published. `key` is that of the command's record; `source` is a URI reference."""
    id_ = answer_id(answer.command_id, answer.service)
    headers = cloudevent_headers(COMMAND_ANSWERED, id_, source, answer.answered_at, str(answer.command_id))
    return Outgoing(ANSWERS, key, answer.model_dump_json().encode(), headers)
