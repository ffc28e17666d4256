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
ANSWERS = "hiring.answers"
POLICIES = "hiring.policies"

HR_SYSTEMS = "hr-systems"
OPERATORS = "operators"
"""The command `cohort`, and whatever else the people who run the drive look at it with."""

REDRIVEN_TO = ("intake", "screening", "notify")
"""The services that dead letters are given to once more, each on a topic of its own: none sees what another reads."""


def redriven(service: str) -> str:
    """The topic on which a service gets its dead letters once more."""
    return f"hiring.redriven.{service}"


MIB = 1024 * 1024
DAY_MS = 24 * 60 * 60 * 1000

# A dead letter is the record that failed plus its reason: this topic must take whatever any other took.
LARGEST_RECORD = 4 * MIB
LARGEST_DEAD_LETTER = 5 * MIB


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it should be. `kept_days` None means compacted: the newest record of each key, for ever.

    `events` is how the types of its events begin; empty where it takes whatever other topics took. `written_by` and
    `read_by` name services, `HR_SYSTEMS` and `OPERATORS`: who needs access, and nobody else does.
    """

    name: str
    key: str
    kept_days: int | None
    max_bytes: int = MIB
    events: str = ""
    written_by: tuple[str, ...] = ()
    read_by: tuple[str, ...] = ()
    purpose: str = ""
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
    Topic(
        SUBMISSIONS,
        "source + external id",
        kept_days=7,
        max_bytes=LARGEST_RECORD,
        stamped=True,
        events="hiring.submission.",
        written_by=(HR_SYSTEMS,),
        read_by=("intake",),
        purpose="Applications as HR systems send them over Kafka: identity and facts still together.",
    ),
    Topic(
        APPLICATIONS,
        "application_id",
        kept_days=None,
        # As large as the submission it comes from: a valid one must never make a record that no topic takes.
        max_bytes=LARGEST_RECORD,
        events="hiring.application.",
        written_by=("intake", "screening"),
        read_by=("screening", "console", OPERATORS),
        purpose="The facts of every application, without who applied: all that screening sees.",
    ),
    Topic(
        CONTACTS,
        "candidate_id",
        kept_days=None,
        events="hiring.contact.",
        written_by=("intake",),
        read_by=("notify",),
        purpose="How to reach each candidate: name, address, language. For the letters, and nothing else.",
    ),
    Topic(
        DEMOGRAPHICS,
        "application_id",
        kept_days=None,
        events="hiring.demographics.",
        written_by=("intake", "screening"),
        read_by=(OPERATORS,),
        purpose="What candidates chose to tell for the fairness audit, which reads it in aggregate only.",
    ),
    Topic(
        DECISIONS,
        "application_id",
        kept_days=None,
        events="hiring.decision.",
        written_by=("screening",),
        read_by=("screening", "notify", "console", OPERATORS),
        purpose="What was decided for each application, by which policy or person, and why.",
    ),
    Topic(
        NOTIFICATIONS,
        "application_id",
        kept_days=180,
        events="hiring.notification.",
        written_by=("notify",),
        read_by=(
            "console",
            OPERATORS,
        ),
        purpose="What became of each letter. No address is in it.",
    ),
    Topic(
        COMMANDS,
        "application_id, candidate_id or programme",
        kept_days=180,
        events="hiring.command.",
        written_by=("intake", "notify", "console", OPERATORS),
        # Intake obeys none: it looks who was erased.
        read_by=("intake", "screening", "notify", "console", OPERATORS),
        purpose="What people ask of the pipeline: who, when and why. Each service obeys the commands it knows.",
    ),
    Topic(
        ANSWERS,
        "as the command",
        kept_days=180,
        events="hiring.answer.",
        written_by=("screening", "notify", "console"),
        read_by=("console", OPERATORS),
        purpose="What became of each command: obeyed, or refused and why.",
    ),
    Topic(
        POLICIES,
        "digest",
        kept_days=None,
        events="hiring.policy.",
        written_by=("screening",),
        read_by=("console", OPERATORS),
        purpose="Every policy that was proposed: what it says, who proposed and approved it, from when on it judges.",
    ),
    Topic(
        DEAD_LETTERS,
        "as the record that failed",
        kept_days=180,
        max_bytes=LARGEST_DEAD_LETTER,
        written_by=("intake", "screening", "notify"),
        read_by=(
            "console",
            OPERATORS,
        ),
        purpose="Records that could not be processed, byte for byte as they were, each with its reason.",
    ),
    *(
        Topic(
            redriven(service),
            "as the record that failed",
            kept_days=30,
            max_bytes=LARGEST_DEAD_LETTER,
            written_by=("console",),
            read_by=(service,),
            purpose=f"Dead letters of {service}, given to it once more as they were: an operator asked for that.",
        )
        for service in REDRIVEN_TO
    ),
)
