"""A drive: as many application lines as wanted, the same for the same seed, in constant memory."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from cohort.drive.application import application
from cohort.drive.chance import Chance
from cohort.drive.malformed import MALFORMED
from cohort.drive.oddities import ODDITIES

REPEATED = 0.03
MALFORMED_SHARE = 0.015
ODD_SHARE = 0.03

_REMEMBERED = 2048
"""How many earlier lines a repeat is drawn from: far enough back to come by another channel, little memory."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a drive, as an HR system sends it: JSON in UTF-8, no line end. Some lines are malformed."""

    line: bytes


def generate(size: int, seed: int, programme: str = "ai-internships-2026", source: str | None = None) -> Iterator[Item]:
    """Yield `size` lines: about 3 % repeat an earlier one byte for byte, about 1.5 % are malformed.

    A shorter drive of the same seed is the beginning of a longer one. Drives of different seeds or programmes
    share no application, so they can follow each other into one pipeline. With `source`, all come from it.
    """
    chance = Chance(seed)
    drive = hashlib.sha256(f"{seed}/{programme}".encode()).hexdigest()[:6]
    earlier: list[bytes] = []
    for number in range(size):
        if earlier and chance.happens(REPEATED):
            yield Item(chance.pick(earlier))
            continue
        document = application(chance, number, drive, programme)
        if source is not None:
            document["source"] = source
        if chance.happens(MALFORMED_SHARE):
            yield Item(chance.pick(MALFORMED)(chance, document))
            continue
        if chance.happens(ODD_SHARE):
            chance.pick(ODDITIES)(chance, document)
        line = orjson.dumps(document)
        if len(earlier) < _REMEMBERED:
            earlier.append(line)
        else:
            earlier[number % _REMEMBERED] = line
        yield Item(line)
