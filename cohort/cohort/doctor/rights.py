"""May everybody do what is declared, and nothing else? As far as the login may see."""

from collections.abc import Set

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import ClusterAuthorizationFailedError, SecurityDisabled, TopicAuthorizationFailedError, for_code
from aiokafka.protocol.fetch import FetchRequest

from cohort.doctor.finding import Case, Finding, ok, unknown, wrong
from hiring import kafka
from hiring.broker_access import standing_rights
from hiring.rights import Right, rights, users
from hiring.settings import Settings
from hiring.topics import TOPICS

CHECK = "rights"


async def access(case: Case) -> list[Finding]:
    """The findings on access rights."""
    try:
        there = await standing_rights(case.at.broker)
    except SecurityDisabled:
        who = "as on one machine" if case.at.local else "whoever reaches it may do everything"
        found = unknown(CHECK, f"this broker has no access rights: {who}", "" if case.at.local else "docs/deploy.md")
        return [found]
    except ClusterAuthorizationFailedError:
        return _own(case)
    return judged_rights(there, rights())


async def readable(settings: Settings) -> frozenset[str]:
    """The declared topics of which the broker gives this login records; asked outright, since a consumer only waits."""
    client = AIOKafkaClient(**kafka.connection(settings))
    await client.bootstrap()
    try:
        request = FetchRequest(100, 1, 1, 0, [(topic.name, [(0, 0, 1)]) for topic in TOPICS])
        answer = await client.send(client.get_random_node(), request)
    finally:
        await client.close()
    return frozenset(
        topic
        for topic, partitions in answer.topics
        if not any(for_code(code) is TopicAuthorizationFailedError for _, code, *_ in partitions)
    )


def _own(case: Case) -> list[Finding]:
    user = case.at.broker.kafka_username or ""
    rest = unknown(
        CHECK,
        f"the rights of others than {user} are not looked at: this login may not see them",
        "run it once with the administrator's login in kafka_username",
    )
    if user not in users():
        return [rest]
    return [judged_reading(user, case.readable), rest]


def judged_reading(user: str, may_read: Set[str]) -> Finding:
    """Whether a user may read exactly the topics that are declared for it."""
    declared = {topic.name for topic in TOPICS if user in topic.read_by}
    if more := sorted(may_read - declared):
        return wrong(
            CHECK, f"{user} may read {', '.join(more)}, which is not declared", "take it away: kafka-acls.sh --remove"
        )
    if less := sorted(declared - may_read):
        return wrong(CHECK, f"{user} may not read {', '.join(less)}", "let provisioning run: hiring-provision --users")
    return ok(CHECK, f"{user} may read the {len(declared)} topics that are declared for it, and no other")


def judged_rights(there: Set[Right], declared: Set[Right]) -> list[Finding]:
    """Whether the rights that stand are those that are declared, of the users that are declared."""
    ours = {right.user for right in declared}
    found = [
        wrong(CHECK, f"missing: {right}", "let provisioning run: hiring-provision --users")
        for right in sorted(declared - there)
    ]
    found += [
        wrong(CHECK, f"not declared: {right}", "take it away: kafka-acls.sh --remove")
        for right in sorted(right for right in there - declared if right.user in ours)
    ]
    return found or [ok(CHECK, f"the {len(declared)} declared rights stand, and no other of these users")]
