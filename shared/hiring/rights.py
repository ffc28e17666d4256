"""Who may do what on the broker: derived from the declared topics, and nobody may do anything else."""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from hiring.topics import HR_SYSTEMS, OPERATORS, TOPICS, Topic


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


class Right(NamedTuple):
    """One user may do one thing to one topic or consumer group, both by their exact names."""

    user: str
    operation: Operation
    resource: Resource
    name: str

    def __str__(self) -> str:
        return f"{self.user} may {self.operation.name} {self.resource.name.lower()} {self.name}"


def users(topics: Sequence[Topic] = TOPICS) -> list[str]:
    """Everybody whom the topics name: each service, `hr-systems` and `operators`; each is a user of that name."""
    return sorted({name for topic in topics for name in (*topic.written_by, *topic.read_by)})


def rights(topics: Sequence[Topic] = TOPICS) -> set[Right]:
    """Every right there is.

    READ and WRITE include DESCRIBE, and WRITE on any topic allows an idempotent producer (KIP-679). A service's
    consumer group has its name. Operators may look at every topic's settings and every group's offsets, which is
    what a lag is told from, and read what is declared for them.
    """
    return set(_rights(topics))


def _rights(topics: Sequence[Topic]) -> Iterator[Right]:
    for topic in topics:
        for user in topic.written_by:
            yield Right(user, Operation.WRITE, Resource.TOPIC, topic.name)
        for user in topic.read_by:
            yield Right(user, Operation.READ, Resource.TOPIC, topic.name)
            if user not in (OPERATORS, HR_SYSTEMS):
                yield Right(user, Operation.READ, Resource.GROUP, user)
                yield Right(OPERATORS, Operation.DESCRIBE, Resource.GROUP, user)
        yield Right(OPERATORS, Operation.DESCRIBE, Resource.TOPIC, topic.name)
        yield Right(OPERATORS, Operation.DESCRIBE_CONFIGS, Resource.TOPIC, topic.name)
