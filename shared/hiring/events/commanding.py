"""The record of a command."""

from hiring.events.command import Command
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.topics import COMMANDS


def command_record(type_: str, command: Command, key: str, source: str) -> Outgoing:
    """A command as it is published. `key` keeps those about one thing in order; `source` is a URI reference."""
    headers = cloudevent_headers(type_, command.command_id, source, command.at, key)
    return Outgoing(COMMANDS, key.encode(), command.model_dump_json().encode(), headers)
