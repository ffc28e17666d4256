"""Creates the declared topics where they are missing, and with `--users` whoever may use them.

It says where what is there differs and takes nothing away: a setting or a right that is not declared is only told.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from hiring import kafka
from hiring.broker_access import admit, read_passwords
from hiring.settings import Settings, load
from hiring.topics import TOPICS, Topic


async def provision(
    settings: Settings, topics: Sequence[Topic] = TOPICS, *, partitions: int = 6, replication: int = 1
) -> list[str]:
    """Create what is missing; return what was done and what differs, a line each.

    Raises KafkaError where the broker refuses.
    """
    admin = AIOKafkaAdminClient(**kafka.connection(settings))
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        report = []
        for topic in topics:
            if topic.name in existing:
                report += await _differences(admin, topic)
            else:
                await _create(admin, topic, partitions, replication)
                report.append(f"created {topic.name}: {partitions} partitions, {replication} replicas")
        return report
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, topic: Topic, partitions: int, replication: int) -> None:
    answer = await admin.create_topics(
        [
            NewTopic(
                name=topic.name,
                num_partitions=partitions,
                replication_factor=replication,
                topic_configs=topic.configs(),
            )
        ]
    )
    for _name, code, *message in answer.topic_errors:  # type: ignore[attr-defined]
        error = for_code(code)
        # Another provisioning step may have been quicker: what counts is that the topic is there.
        if code != 0 and error is not TopicAlreadyExistsError:
            raise error(f"{topic.name}: {message}")


async def _differences(admin: AIOKafkaAdminClient, topic: Topic) -> list[str]:
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name)])
    actual: dict[str, str] = {}
    for answer in answers:
        for *_, entries in answer.resources:  # type: ignore[attr-defined]
            actual |= {entry[0]: entry[1] for entry in entries}
    return [
        f"{topic.name}: {name} is {actual.get(name)}, declared {wanted}"
        for name, wanted in topic.configs().items()
        if actual.get(name) != wanted
    ]


def main() -> None:
    """The command `hiring-provision`."""
    parser = argparse.ArgumentParser(prog="hiring-provision", description=__doc__)
    parser.add_argument("--partitions", type=int, default=6)
    parser.add_argument("--replication", type=int, default=1)
    parser.add_argument(
        "--users", type=Path, metavar="FOLDER", help="of passwords, a file for each user, named as the user"
    )
    arguments = parser.parse_args()
    try:
        report = asyncio.run(_provision_all(arguments, load(Settings)))
    except (KafkaError, OSError, ValueError) as error:
        sys.exit(f"The broker could not be provisioned: {error or type(error).__name__}")
    sys.stdout.write("\n".join(report or ["everything is as declared"]) + "\n")


async def _provision_all(arguments: argparse.Namespace, settings: Settings) -> list[str]:
    # Read first: a missing password is told before anything is made.
    passwords = read_passwords(arguments.users) if arguments.users else None
    report = await provision(settings, partitions=arguments.partitions, replication=arguments.replication)
    return report if passwords is None else report + await admit(settings, passwords)
