"""The batch consumer: every service is this loop around a step of its own."""

from hiring.consumer.loop import BatchLoop
from hiring.consumer.step import Outdated, Planned, Received, Step, Tombstone, Wave
from hiring.consumer.subscription import subscribe

__all__ = ["BatchLoop", "Outdated", "Planned", "Received", "Step", "Tombstone", "Wave", "subscribe"]
