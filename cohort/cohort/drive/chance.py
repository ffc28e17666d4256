"""Draws from one seeded stream: the same seed gives the same draws on every machine."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A few ways to draw, each built on Random.random alone, whose stream Python promises to keep."""

    __slots__ = ("random",)

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random

    def happens(self, probability: float) -> bool:
        return self.random() < probability

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.random() * len(options))]

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """`count` different ones (or all there are), in a drawn order."""
        left = list(options)
        drawn = []
        for _ in range(min(count, len(left))):
            drawn.append(left.pop(int(self.random() * len(left))))
        return drawn
