"""What goes wrong and when: drawn from a seed before anything runs. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

SERVICES = ("intake", "screening", "notify")
WITH_DATABASE = ("screening", "notify")

_GAP = (0.8, 2.4)
"""Seconds from one fault to the next."""


class Act(StrEnum):
    """What is done to a target."""

    KILL = "kill -9"
    TERM = "SIGTERM"
    ZOMBIE = "SIGSTOP, a second replica takes over, SIGCONT"
    COME_AND_GO = "a second replica comes and goes"
    REFUSE_DATABASE = "Postgres refuses connections"
    MAIL = "mail server"


class Mode(StrEnum):
    """What the mail server does instead of taking a letter."""

    REFUSE = "refuses connections"
    HANG = "hangs"
    DROP_IN_DATA = "drops in the middle of DATA"
    DROP_AFTER_DATA = "drops after DATA, before its answer"
    DEFER = "answers 4xx"
    DISK_FULL = "answers 452, disk full"
    REJECT = "answers 5xx to some recipients, for good"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `after` and `lasts` are seconds; `holds` are the parts that no other fault may touch meanwhile.

    `mode`, `stage` and `share` are for the mail server: at which command, and of how many transactions.
    `last` says how a second replica goes, in the end: by SIGTERM or by kill -9.
    """

    number: int
    after: float
    act: Act
    target: str
    lasts: float = 0.0
    last: Act = Act.TERM
    mode: Mode | None = None
    stage: str = ""
    share: float = 1.0
    holds: frozenset[str] = field(default_factory=frozenset)

    def __str__(self) -> str:
        what = f"{self.target}: {self.act}" if self.mode is None else f"mail server {self.mode}"
        for more in (self.stage and f"at {self.stage}", self.lasts and f"for {self.lasts:.1f} s"):
            what += f" {more}" if more else ""
        return f"#{self.number} {what}"


_DECK: tuple[tuple[Act, str, Mode | None], ...] = (
    *((Act.KILL, service, None) for service in SERVICES),
    *((Act.TERM, service, None) for service in SERVICES),
    *((Act.ZOMBIE, service, None) for service in SERVICES),
    *((Act.COME_AND_GO, service, None) for service in WITH_DATABASE),
    *((Act.REFUSE_DATABASE, service, None) for service in WITH_DATABASE),
    (Act.KILL, "kafka", None),
    (Act.KILL, "postgres", None),
    *((Act.MAIL, "mail", mode) for mode in Mode),
)
_DEFERRED_AT = ("MAIL", "RCPT", "DATA")
_HANGS_AT = ("connect", "MAIL", "DATA", "the answer to DATA")


def schedule(seed: int, size: int) -> Iterator[Fault]:
    """`size` faults. Every kind comes once before any comes twice; a shorter schedule begins a longer one."""
    chance = Random(seed)
    deck: list[tuple[Act, str, Mode | None]] = []
    for number in range(1, size + 1):
        if not deck:
            deck = list(_DECK)
            chance.shuffle(deck)
        yield _fault(chance, number, *deck.pop())


def _fault(chance: Random, number: int, act: Act, target: str, mode: Mode | None) -> Fault:
    after = chance.uniform(*_GAP)
    last = chance.choice((Act.TERM, Act.KILL))
    if mode is not None:
        stage = chance.choice(
            {Mode.DEFER: _DEFERRED_AT, Mode.HANG: _HANGS_AT, Mode.REJECT: ("RCPT", "DATA")}.get(mode, ("",))
        )
        share = 0.3 if mode in (Mode.DROP_IN_DATA, Mode.DROP_AFTER_DATA) else 1.0
        lasts = chance.uniform(1.0, 4.0)
        return Fault(number, after, act, target, lasts, last, mode, stage, share, frozenset({"mail"}))
    replica = f"{target} replica"
    match act:
        case Act.ZOMBIE:
            # Longer than the session: the coordinator gives its partitions to the other.
            return Fault(
                number, after, act, target, chance.uniform(8.0, 10.0), last, holds=frozenset({target, replica})
            )
        case Act.COME_AND_GO:
            return Fault(number, after, act, target, chance.uniform(1.5, 3.5), last, holds=frozenset({replica}))
        case Act.REFUSE_DATABASE:
            return Fault(number, after, act, target, chance.uniform(1.5, 6.0), last, holds=frozenset({"postgres"}))
    return Fault(number, after, act, target, holds=frozenset({target}))
