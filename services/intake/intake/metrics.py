"""What intake counts at its doors. What the Kafka inlet cannot read is counted as `hiring_dead_letters`."""

from typing import Literal

from prometheus_client import CollectorRegistry, Counter

Channel = Literal["http", "bulk", "kafka", "hook"]
CommandKind = Literal["withdraw", "erase"]


class DoorMetrics:
    """Applications accepted and rejected, by channel and class of reason; commands. No label holds personal data."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._accepted = Counter(
            "hiring_applications_accepted",
            "Applications that the broker acknowledged",
            ["channel"],
            registry=registry,
        )
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

    def commanded(self, kind: CommandKind, channel: Channel) -> None:
        """The broker has one more command of this kind."""
        self._commands.labels(kind, channel).inc()
