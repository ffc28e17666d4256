"""Every check in its turn: first whether the parts answer, then what they say."""

from collections.abc import Callable
from pathlib import Path

import asyncpg
from aiokafka.errors import KafkaError

from cohort.addresses import Addresses
from cohort.broker_look import BrokerState, looking
from cohort.doctor.accounts import accounts
from cohort.doctor.brokers import CHECK as KAFKA
from cohort.doctor.brokers import brokers
from cohort.doctor.clock import clocks
from cohort.doctor.databases import databases
from cohort.doctor.disk import disk
from cohort.doctor.events import event_types
from cohort.doctor.finding import Case, Check, Finding, Verdict, unknown, wrong
from cohort.doctor.groups import consumer_groups
from cohort.doctor.letters import letters
from cohort.doctor.mail import mail
from cohort.doctor.rights import access, readable
from cohort.doctor.services import metrics, releases, services
from cohort.doctor.topics import declared_topics
from cohort.readiness import readiness

_BY_KAFKA: tuple[Check, ...] = (access, declared_topics, event_types, consumer_groups)
_OTHERS: tuple[Check, ...] = (services, releases, databases, clocks, mail, letters, accounts, disk)

Tell = Callable[[Finding], None]


async def examine(at: Addresses, data: Path | None, tell: Tell) -> list[Finding]:
    """Look at everything, and tell each finding when it is there; `data` is the folder of one on this machine."""
    every: list[Finding] = []

    def found(more: list[Finding]) -> None:
        every.extend(more)
        for finding in more:
            tell(finding)

    found(await brokers(at.broker))
    broker, may_read = None, frozenset[str]()
    if any(finding.verdict is Verdict.OK for finding in every):
        try:
            broker, may_read = await _state(at), await readable(at.broker)
        except (KafkaError, TimeoutError, OSError) as error:
            found(
                [wrong(KAFKA, f"Kafka does not tell its state ({type(error).__name__})", "look into the broker's log")]
            )
    urls = at.urls()
    case = Case(at, data, await readiness(urls), await metrics(urls), broker, may_read)
    if broker is None:
        found([unknown("topics", "rights, topics, event types and consumer groups are not looked at without Kafka")])
    for check in (*(_BY_KAFKA if broker else ()), *_OTHERS):
        found(await _findings(check, case))
    return every


async def _state(at: Addresses) -> BrokerState:
    async with looking(at.broker) as look:
        return await look.look(configs=True)


async def _findings(check: Check, case: Case) -> list[Finding]:
    name = check.__name__.replace("_", " ")
    try:
        return await check(case)
    except (KafkaError, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return [unknown(name, f"{name} could not be looked at: {type(error).__name__}")]
