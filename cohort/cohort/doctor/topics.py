"""Are the topics as declared, and are all their replicas in sync?"""

from cohort.doctor.finding import Case, Finding, ok, unknown, wrong
from cohort.topics_verb import differences
from hiring.topics import TOPICS

CHECK = "topics"


async def declared_topics(case: Case) -> list[Finding]:
    """The findings on every declared topic."""
    if case.broker is None:
        return []
    found = []
    for topic in TOPICS:
        state = case.broker.topics.get(topic.name)
        for it in differences(topic, state):
            found.append(wrong(CHECK, str(it), _mend(it.topic, it.setting, it.declared)))
        if state is not None and state.in_sync < state.replicas:
            found.append(
                wrong(
                    CHECK,
                    f"{topic.name}: a partition has {state.in_sync} of {state.replicas} replicas in sync",
                    "a broker is away or behind: start it, or wait",
                )
            )
    hidden = [name for name, state in case.broker.topics.items() if state.configs is None]
    if hidden:
        found.append(unknown(CHECK, f"this login may not see the settings of {', '.join(sorted(hidden))}"))
    return found or [ok(CHECK, f"the {len(TOPICS)} declared topics are there, and as declared")]


def _mend(topic: str, setting: str, declared: str) -> str:
    if not setting:
        return "let provisioning run: `hiring-provision` creates it; `docker compose up provision` in compose"
    return f"kafka-configs.sh --alter --entity-type topics --entity-name {topic} --add-config {setting}={declared}"
