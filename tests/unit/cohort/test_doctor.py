"""What the doctor makes of what it is told: each judgement, without anything to ask."""

import ssl

import aiosmtplib
import pytest
from aiokafka.errors import KafkaConnectionError, SaslAuthenticationFailed

from cohort.addresses import MailRelay, ToldSettings
from cohort.broker_look import GroupState, TopicState
from cohort.doctor import brokers, mail
from cohort.doctor.clock import judged_clock
from cohort.doctor.databases import judged_migrations, known_migrations
from cohort.doctor.disk import judged_disk
from cohort.doctor.events import judged_types
from cohort.doctor.finding import Finding, Verdict
from cohort.doctor.groups import judged_groups
from cohort.doctor.rights import judged_reading, judged_rights
from cohort.doctor.services import judged_releases, samples
from hiring.events import APPLICATION_SUBMITTED, CONTACT_GIVEN
from hiring.rights import Operation, Resource, Right, rights
from hiring.topics import APPLICATIONS, CONTACTS, TOPICS

GIB = 1024**3
RELAY = MailRelay("relay.example", 25, "hiring@example.com")
LOGIN = ToldSettings(
    kafka_security_protocol="SASL_PLAINTEXT",
    kafka_username="operators",
    kafka_password="guessed",
)


def wrong(findings: list[Finding]) -> list[str]:
    assert all(it.do for it in findings if it.verdict is Verdict.WRONG), "what is wrong comes with what to do"
    return [it.says for it in findings if it.verdict is Verdict.WRONG]


def test_rights_are_compared_with_those_declared() -> None:
    declared = rights()
    assert wrong(judged_rights(declared, declared)) == []
    beyond = Right("screening", Operation.READ, Resource.TOPIC, CONTACTS)
    foreign = Right("backup", Operation.READ, Resource.TOPIC, CONTACTS)
    lost = Right("notify", Operation.READ, Resource.TOPIC, CONTACTS)
    assert wrong(judged_rights(declared - {lost} | {beyond, foreign}, declared)) == [
        f"missing: notify may READ topic {CONTACTS}",
        f"not declared: screening may READ topic {CONTACTS}",
    ]


def test_a_login_that_may_not_see_rights_tells_its_own() -> None:
    declared = {topic.name for topic in TOPICS if "operators" in topic.read_by}
    assert judged_reading("operators", declared).verdict is Verdict.OK
    assert CONTACTS in judged_reading("operators", declared | {CONTACTS}).says
    assert wrong([judged_reading("operators", declared - {APPLICATIONS})]) == [f"operators may not read {APPLICATIONS}"]


def test_a_type_of_a_newer_release_is_told_and_one_on_the_wrong_topic() -> None:
    assert wrong(judged_types({APPLICATIONS: frozenset({APPLICATION_SUBMITTED})})) == []
    found = wrong(judged_types({APPLICATIONS: frozenset({"hiring.application.submitted.v2", CONTACT_GIVEN})}))
    assert [says.rpartition(": ")[2] for says in found] == ["hiring.application.submitted.v2", CONTACT_GIVEN]


def test_a_group_that_nobody_reads_in_is_told_with_what_waits() -> None:
    topic = TopicState(APPLICATIONS, 1, 1, 1, {0: 0}, {0: 1200})
    groups = [
        GroupState("screening", "screening", 0, {APPLICATIONS: {0: 200}}),
        GroupState("intake", "intake", 2),
        GroupState("notify", "notify", 0),
    ]
    assert wrong(judged_groups(groups, {APPLICATIONS: topic})) == [
        "the group screening has no consumer: 1,000 records wait, and nobody reads them",
        "the group notify has no consumer: nobody reads",
    ]


@pytest.mark.parametrize(("ahead", "words"), [(1.9, "agrees"), (-2.0, "agrees"), (61, "61 s ahead of"), (-5, "behind")])
def test_two_seconds_apart_are_no_news(ahead: float, words: str) -> None:
    assert words in judged_clock("a machine", ahead).says


def test_migrations_are_those_of_the_installed_release() -> None:
    known = known_migrations("screening")
    assert "0001.decisions" in known
    assert wrong([judged_migrations("screening", known, known)]) == []
    assert (
        "lacks 0001.decisions" in judged_migrations("screening", [it for it in known if "0001" not in it], known).says
    )
    assert "0099.later" in judged_migrations("screening", [*known, "0099.later"], known).says


def test_releases_are_compared_and_silence_is_no_failure() -> None:
    page = '# TYPE hiring_build_info gauge\nhiring_build_info{service="intake",version="9.9.9"} 1\n'
    found = judged_releases({"intake": samples(page), "notify": samples("")}, "0.1.0")
    assert wrong(found) == ["intake is of release 9.9.9, this command of 0.1.0"]
    assert found[-1].verdict is Verdict.UNKNOWN and "notify" in found[-1].says


def test_a_full_disk_is_told_before_it_is_full() -> None:
    assert judged_disk(5 * GIB, 100 * GIB).verdict is Verdict.OK
    assert judged_disk(2 * GIB, 100 * GIB).verdict is Verdict.WRONG
    assert judged_disk(GIB // 2, 4 * GIB).verdict is Verdict.WRONG


def test_a_certificate_that_ends_soon_is_told() -> None:
    now = ssl.cert_time_to_seconds("Mar  2 12:00:00 2026 GMT")
    assert mail.judged_certificate("relay", "Apr  2 12:00:00 2026 GMT", now).says.endswith("holds for 31 days")
    assert mail.judged_certificate("relay", "Mar  5 11:00:00 2026 GMT", now).verdict is Verdict.WRONG


def test_a_relays_own_words_are_not_repeated() -> None:
    refused = aiosmtplib.SMTPRecipientRefused(550, "no such user <ada@mail.example>", "ada@mail.example")
    says, do = mail.refusal("relay:25", RELAY, refused)[2:]
    assert "550" in says and "ada" not in says + do
    assert "login" in mail.refusal("relay:25", RELAY, aiosmtplib.SMTPAuthenticationError(535, "no")).says


def test_a_brokers_refusal_says_what_to_correct() -> None:
    refused = brokers.refusal("kafka:9094", LOGIN, SaslAuthenticationFailed())
    assert refused.says == "kafka:9094 does not take the login operators"
    assert "guessed" not in refused.says + refused.do
    assert "kafka_security_protocol" in brokers.refusal("kafka:9094", LOGIN, KafkaConnectionError()).do
