"""Who may do what on the broker: derived from the declared topics, and nobody may do anything else."""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from hiring.topics import HR_SYSTEMS, OPERATORS, TOPICS, Topic

CONSOLE = "console"
"""Reads each generation of its read model by a consumer group of its own: `console`, `console-2`, and so on."""

MANY_GROUPS = frozenset({CONSOLE})
"""Whose consumer groups all begin with their name; everybody else has the one group of that name."""

LOOKERS = (OPERATORS, CONSOLE)
"""Who may tell every service's lag: see every topic's ends and every group's offsets, but no record by that."""


class Resource(IntEnum):
    """What a right is about, by Kafka's numbers (org.apache.kafka.common.resource.ResourceType)."""

    TOPIC = 2
    GROUP = 3


class Operation(IntEnum):
    """What may be done, by Kafka's numbers (org.apache.kafka.common.acl.AclOperation)."""

    READ = 3
    WRITE = 4
    DESCRIBE = 8
    DESCRIBE_CONFIGS = 10


class Pattern(IntEnum):
    """Which names are meant, by Kafka's numbers (org.apache.kafka.common.resource.PatternType)."""

    LITERAL = 3
    PREFIXED = 4


class Right(NamedTuple):
    """One user may do one thing to the topic or consumer group of a name, or to all whose names begin with it."""

    user: str
    operation: Operation
    resource: Resource
    name: str
    pattern: Pattern = Pattern.LITERAL

    def __str__(self) -> str:
        more = "*" if self.pattern is Pattern.PREFIXED else ""
        return f"{self.user} may {self.operation.name} {self.resource.name.lower()} {self.name}{more}"


def users(topics: Sequence[Topic] = TOPICS) -> list[str]:
    """Everybody whom the topics name: each service, `hr-systems` and `operators`; each is a user of that name."""
    return sorted({name for topic in topics for name in (*topic.written_by, *topic.read_by)})


def rights(topics: Sequence[Topic] = TOPICS) -> set[Right]:
    """Every right there is.

    READ and WRITE include DESCRIBE, and WRITE on any topic allows an idempotent producer (KIP-679). A service's
    consumer group has its name; the console's begin with it. Operators and the console may look at every topic's ends
    and every group's offsets, which is what a lag is told from; operators also at every topic's settings. What they
    may read is declared as everybody's is.
    """
    return set(_rights(topics))


def _rights(topics: Sequence[Topic]) -> Iterator[Right]:
    for topic in topics:
        for user in topic.written_by:
            yield Right(user, Operation.WRITE, Resource.TOPIC, topic.name)
        for user in topic.read_by:
            yield Right(user, Operation.READ, Resource.TOPIC, topic.name)
            if user not in (OPERATORS, HR_SYSTEMS):
                yield from _group(user)
        for user in LOOKERS:
            yield Right(user, Operation.DESCRIBE, Resource.TOPIC, topic.name)
        yield Right(OPERATORS, Operation.DESCRIBE_CONFIGS, Resource.TOPIC, topic.name)


def _group(user: str) -> Iterator[Right]:
    pattern = Pattern.PREFIXED if user in MANY_GROUPS else Pattern.LITERAL
    yield Right(user, Operation.READ, Resource.GROUP, user, pattern)
    for looker in LOOKERS:
        yield Right(looker, Operation.DESCRIBE, Resource.GROUP, user, pattern)
