"""Does somebody read in each service's consumer group?"""

from collections.abc import Iterable, Mapping

from cohort.broker_look import GroupState, TopicState
from cohort.doctor.finding import Case, Finding, ok, wrong

CHECK = "consumer groups"


async def consumer_groups(case: Case) -> list[Finding]:
    """The findings on each group of the services."""
    return [] if case.broker is None else judged_groups(case.broker.groups.values(), case.broker.topics)


def judged_groups(groups: Iterable[GroupState], topics: Mapping[str, TopicState]) -> list[Finding]:
    """A group without a member is wrong: what comes waits, and what waits is told."""
    found = []
    for group in groups:
        waiting = sum(group.lag(topic) or 0 for topic in topics.values())
        if group.members:
            found.append(ok(CHECK, f"{group.name} has consumers: {group.members}; records that wait: {waiting:,}"))
            continue
        stuck = f"{waiting:,} records wait, and nobody reads them" if waiting else "nobody reads"
        found.append(
            wrong(
                CHECK,
                f"the group {group.name} has no consumer: {stuck}",
                f"start {group.service}, or look into its log; it may just be starting",
            )
        )
    return found
