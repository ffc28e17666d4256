"""Every topic, declared in one place. Provisioning creates them; nothing is auto-created."""

from dataclasses import dataclass

SUBMISSIONS = "hiring.submissions"
APPLICATIONS = "hiring.applications"
CONTACTS = "hiring.contacts"
DEMOGRAPHICS = "hiring.demographics"
DECISIONS = "hiring.decisions"
NOTIFICATIONS = "hiring.notifications"
COMMANDS = "hiring.commands"
DEAD_LETTERS = "hiring.dead-letters"

MIB = 1024 * 1024
DAY_MS = 24 * 60 * 60 * 1000

# A dead letter is the record that failed plus its reason: this topic must take whatever any other took.
LARGEST_RECORD = 4 * MIB
LARGEST_DEAD_LETTER = 5 * MIB


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it should be. `kept_days` None means compacted: the newest record of each key, for ever."""

    name: str
    key: str
    kept_days: int | None
    max_bytes: int = MIB
    stamped: bool = False
    """Whether the broker stamps each record with its own time, whatever the producer says."""

    def configs(self) -> dict[str, str]:
        """The topic-level settings, in Kafka's names."""
        configs = {"max.message.bytes": str(self.max_bytes)}
        if self.stamped:
            configs["message.timestamp.type"] = "LogAppendTime"
        if self.kept_days is None:
            return configs | {"cleanup.policy": "compact"}
        return configs | {"cleanup.policy": "delete", "retention.ms": str(self.kept_days * DAY_MS)}


TOPICS: tuple[Topic, ...] = (
    Topic(SUBMISSIONS, "source + external id", kept_days=7, max_bytes=LARGEST_RECORD, stamped=True),
    # As large as the submission it comes from: a valid one must never make a record that no topic takes.
    Topic(APPLICATIONS, "application_id", kept_days=None, max_bytes=LARGEST_RECORD),
    Topic(CONTACTS, "candidate_id", kept_days=None),
    Topic(DEMOGRAPHICS, "application_id", kept_days=None),
    Topic(DECISIONS, "application_id", kept_days=None),
    Topic(NOTIFICATIONS, "application_id", kept_days=180),
    Topic(COMMANDS, "application_id, candidate_id or programme", kept_days=180),
    Topic(DEAD_LETTERS, "as the record that failed", kept_days=180, max_bytes=LARGEST_DEAD_LETTER),
)
