"""What a check found, and what every check is given."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from cohort.addresses import Addresses
from cohort.broker_look import BrokerState
from cohort.readiness import Readiness


class Verdict(StrEnum):
    """`unknown` is what could not be looked at; it fails nothing."""

    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """`says` and `do` are sentences for the operator; they hold no secret and no personal data."""

    check: str
    verdict: Verdict
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A pipeline as it was found; `broker` is None where Kafka could not be asked.

    `readable` are the topics that the login may read. `metrics` are what each service tells at /metrics, by name and
    labels. `data` is the folder of a pipeline on this machine.
    """

    at: Addresses
    data: Path | None
    said: Mapping[str, Readiness] = field(default_factory=dict)
    metrics: Mapping[str, "Samples"] = field(default_factory=dict)
    broker: BrokerState | None = None
    readable: frozenset[str] = frozenset()


Samples = Mapping[str, list[tuple[Mapping[str, str], float]]]
"""Each sample's labels and value, by the metric's name."""

Check = Callable[[Case], Awaitable[list[Finding]]]
"""Looks at one thing. May raise KafkaError, OSError, TimeoutError or asyncpg.PostgresError where it cannot."""


def ok(check: str, says: str) -> Finding:
    return Finding(check, Verdict.OK, says)


def wrong(check: str, says: str, do: str) -> Finding:
    return Finding(check, Verdict.WRONG, says, do)


def unknown(check: str, says: str, do: str = "") -> Finding:
    return Finding(check, Verdict.UNKNOWN, says, do)
