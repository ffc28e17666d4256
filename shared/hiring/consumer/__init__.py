"""The batch consumer: every service is this loop around a step of its own."""

from hiring.consumer.loop import BatchLoop
from hiring.consumer.step import Planned, Step, Tombstone, Wave
from hiring.consumer.subscription import subscribe

__all__ = ["BatchLoop", "Planned", "Step", "Tombstone", "Wave", "subscribe"]
