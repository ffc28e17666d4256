"""What intake counts at its doors. What it sets aside, from Kafka or a webhook, is counted as `hiring_dead_letters`."""

from collections.abc import Callable
from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter

Channel = Literal["http", "bulk", "kafka", "hook"]
CommandKind = Literal["withdraw", "erase"]


class DoorMetrics:
    """Applications accepted and rejected, by channel and class of reason; commands. No label holds personal data.

    `dead` counts what a door set aside among the dead letters of the batch loop.
    """

    def __init__(self, registry: CollectorRegistry, dead: Callable[[int], None] = lambda _: None) -> None:
        self._dead = dead
        self._accepted = Counter(
            "hiring_applications_accepted",
            "Applications that the broker acknowledged",
            ["channel"],
            registry=registry,
        )
        # From 0 on: the first application by a channel is an increase then.
        for channel in get_args(Channel):
            self._accepted.labels(channel)
        self._rejected = Counter(
            "hiring_applications_rejected",
            "Applications that were turned away",
            ["channel", "reason"],
            registry=registry,
        )
        self._commands = Counter(
            "hiring_commands_accepted",
            "Commands that the broker acknowledged",
            ["kind", "channel"],
            registry=registry,
        )

    def accepted(self, channel: Channel, many: int = 1) -> None:
        """The broker has so many more."""
        self._accepted.labels(channel).inc(many)

    def rejected(self, channel: Channel, reason: str, many: int = 1) -> None:
        """So many more were turned away; `reason` is a class (`invalid`, `not-json`, `unavailable`), no text."""
        self._rejected.labels(channel, reason).inc(many)

    def set_aside(self, many: int = 1) -> None:
        """So many deliveries are dead letters now."""
        self._dead(many)

    def commanded(self, kind: CommandKind, channel: Channel) -> None:
        """The broker has one more command of this kind."""
        self._commands.labels(kind, channel).inc()
