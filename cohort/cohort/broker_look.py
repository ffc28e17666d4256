"""What a broker tells of the declared topics and of the services' consumer groups."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from hiring import kafka
from hiring.settings import Settings
from hiring.topics import TOPICS

SERVICES = ("intake", "screening", "notify", "console")
ANSWER_SECONDS = 20.0
"""So long a broker may take to answer a look; aiokafka would wait for ever."""

_GENERATION = re.compile(r"console(?:-(\d+))?")
_DEAD = "Dead"


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as it is. `configs` is None where the login may not see them. `ends` and `begins` by partition."""

    name: str
    partitions: int
    replicas: int
    """The fewest of any partition."""
    in_sync: int
    """Likewise."""
    begins: Mapping[int, int]
    ends: Mapping[int, int]
    configs: Mapping[str, str] | None = None

    @property
    def records(self) -> int:
        """How many offsets there are: of a compacted topic more than records."""
        return sum(self.ends.values()) - sum(self.begins.values())


@dataclass(frozen=True, slots=True)
class GroupState:
    """A service's consumer group: how many consumers it has, and how far each partition of a topic is done."""

    name: str
    service: str
    members: int
    done: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def lag(self, topic: TopicState) -> int | None:
        """How many records of the topic are not done; None where the group does not read it."""
        done = self.done.get(topic.name)
        if done is None:
            return None
        return sum(max(0, end - max(done.get(p, 0), topic.begins[p])) for p, end in topic.ends.items())


@dataclass(frozen=True, slots=True)
class BrokerState:
    """One look. `topics` are those declared that exist; `groups` those of the services, by name."""

    topics: Mapping[str, TopicState]
    groups: Mapping[str, GroupState]


class BrokerLook:
    """Connected to one broker; each look asks anew."""

    def __init__(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> None:
        self._admin = admin
        self._consumer = consumer

    async def look(self, *, configs: bool = False) -> BrokerState:
        """The topics, with `configs` also their settings, and the groups. Raises KafkaError, TimeoutError."""
        async with asyncio.timeout(ANSWER_SECONDS):
            return BrokerState(await self._topics(configs), await self._groups())

    async def _topics(self, configs: bool) -> dict[str, TopicState]:
        described = await self._admin.describe_topics([topic.name for topic in TOPICS])
        there = {it["topic"]: it["partitions"] for it in described if it["error_code"] == 0}
        every = [TopicPartition(topic, p["partition"]) for topic, found in there.items() for p in found]
        ends: Mapping[TopicPartition, int] = await self._consumer.end_offsets(every) if every else {}
        begins: Mapping[TopicPartition, int] = await self._consumer.beginning_offsets(every) if every else {}
        settings = await self._configs(sorted(there)) if configs and there else {}
        return {
            name: TopicState(
                name,
                len(found),
                min(len(p["replicas"]) for p in found),
                min(len(p["isr"]) for p in found),
                {at.partition: offset for at, offset in begins.items() if at.topic == name},
                {at.partition: offset for at, offset in ends.items() if at.topic == name},
                settings.get(name),
            )
            for name, found in there.items()
        }

    async def _configs(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        answers: Any = await self._admin.describe_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        )
        return {
            name: {entry[0]: entry[1] for entry in entries}
            for answer in answers
            for code, _message, _type, name, entries in answer.resources
            if code == 0
        }

    async def _groups(self) -> dict[str, GroupState]:
        listed = {name for name, *_ in await self._admin.list_consumer_groups()}
        names = watched(listed)
        members = await self._members(sorted(names))
        found = {}
        for name, service in names.items():
            done: dict[str, dict[int, int]] = {}
            for at, offset in (await self._admin.list_consumer_group_offsets(name)).items():
                done.setdefault(at.topic, {})[at.partition] = offset.offset
            found[name] = GroupState(name, service, members.get(name, 0), done)
        return found

    async def _members(self, names: Sequence[str]) -> dict[str, int]:
        found = {}
        # One at a time: aiokafka 0.14 asks in version 3 and reads the answer as version 2: it fails at a second group.
        for asked in names:
            (answer,) = await self._admin.describe_consumer_groups([asked])
            for code, name, _state, _type, _protocol, members, *_ in answer.groups:  # type: ignore[attr-defined]
                if code != 0 and for_code(code).__name__ != "GroupIdNotFound":
                    raise for_code(code)(name)
                found[name] = len(members)
        return found


@contextlib.asynccontextmanager
async def looking(settings: Settings) -> AsyncIterator[BrokerLook]:
    """A connection for looks. Raises KafkaError or TimeoutError where the broker does not let us in."""
    connection = kafka.connection(settings)
    admin = AIOKafkaAdminClient(**connection)
    consumer = AIOKafkaConsumer(**connection)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await consumer.start()
            await admin.start()
        yield BrokerLook(admin, consumer)
    finally:
        for client in (consumer.stop, admin.close):
            with contextlib.suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(client(), 5)  # type: ignore[no-untyped-call]


def watched(listed: set[str]) -> dict[str, str]:
    """The consumer groups to look at, each with its service: of the console's generations only the newest is read by.

    `listed` are the groups that the broker has. The three services that every pipeline has are looked at in any case.
    """
    found = {name: name for name in SERVICES[:3]}
    generations = [(int(number[1] or 1), name) for name in listed if (number := _GENERATION.fullmatch(name))]
    if generations:
        newest = max(generations)[1]
        found[newest] = "console"
    if "console-acts" in listed:
        found["console-acts"] = "console"
    return found
