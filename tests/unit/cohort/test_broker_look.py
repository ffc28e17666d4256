"""Lag, rates and differences, from what a broker tells."""

import time

from cohort.broker_look import BrokerState, GroupState, TopicState, watched
from cohort.readiness import READY, Readiness, judged
from cohort.status import Part, Status, done_by, lines, services_of
from cohort.topics_verb import problems, retention
from hiring.topics import APPLICATIONS, CONTACTS, TOPICS

NAMED = {topic.name: topic for topic in TOPICS}


def state(name: str = APPLICATIONS, ends: tuple[int, ...] = (10, 20), **other: object) -> TopicState:
    told = {"configs": NAMED[name].configs(), "replicas": 1, "in_sync": 1, **other}
    begins = dict.fromkeys(range(len(ends)), 4)
    return TopicState(name, len(ends), begins=begins, ends=dict(enumerate(ends)), **told)  # type: ignore[arg-type]


def test_a_lag_counts_what_is_there_and_not_done() -> None:
    group = GroupState("screening", "screening", 1, {APPLICATIONS: {0: 10, 1: 15}})
    assert group.lag(state()) == 5
    assert group.lag(state(CONTACTS)) is None, "it does not read that"
    # A partition without a commit, and one whose commit stands before what is kept.
    assert GroupState("screening", "screening", 1, {APPLICATIONS: {1: 2}}).lag(state()) == 6 + 16


def test_of_the_consoles_generations_only_the_newest_is_looked_at() -> None:
    listed = {"console", "console-2", "console-10", "console-acts", "console-of-a-test", "screening", "foreign"}
    found = watched(listed)
    assert set(found) == {"intake", "screening", "notify", "console-10", "console-acts"}
    assert found["console-10"] == "console"
    assert set(watched(set())) == {"intake", "screening", "notify"}


def test_rates_are_measured_from_one_look_to_the_next() -> None:
    def look(at: float, done: int, end: int) -> Status:
        groups = {"screening": GroupState("screening", "screening", 1, {APPLICATIONS: {0: done, 1: 0}})}
        broker = BrokerState({APPLICATIONS: state(ends=(end, 20))}, groups)
        return Status(at, [], lines(broker), done_by(groups.values()))

    now = look(12.0, 9, 30).since(look(10.0, 5, 10))
    assert now.topics[0].per_second == 10
    assert now.done_per_second == {"screening": 2}
    assert look(12.0, 0, 30).since(look(10.0, 5, 10)).done_per_second == {"screening": 0}, "it began anew"
    assert look(10.0, 5, 10).since(None).topics[0].per_second is None


def test_a_service_without_a_url_is_told_by_its_group() -> None:
    groups = {name: GroupState(name, name, members) for name, members in (("intake", 1), ("screening", 0))}
    parts = services_of({"intake": Readiness(READY, True)}, BrokerState({}, groups))
    assert parts == [Part("intake", "ready", True), Part("screening", "no consumer: it does not run", False)]
    assert not Status(0, parts).ready


def test_a_topic_that_is_not_as_declared_is_told() -> None:
    topic = NAMED[APPLICATIONS]
    assert problems(topic, state()) == []
    assert problems(topic, None) == [f"{APPLICATIONS} is missing"]
    assert problems(topic, state(configs=None)) == [], "what the login may not see is not guessed"
    changed = topic.configs() | {"cleanup.policy": "delete"}
    assert problems(topic, state(configs=changed, replicas=3, in_sync=2)) == [
        f"{APPLICATIONS}: cleanup.policy is delete, declared compact",
        f"{APPLICATIONS}: a partition has 2 of 3 replicas in sync",
    ]
    assert retention(changed | {"retention.ms": "86400000"}) == "1 day"
    assert retention(topic.configs()) == "newest of each key"


def test_an_answer_tells_readiness_and_a_clock() -> None:
    now = time.mktime((2026, 3, 2, 12, 0, 0, 0, 0, 0)) - time.timezone
    date = "Mon, 02 Mar 2026 12:00:07 GMT"
    assert judged(200, b'{"ready": true}', date, now) == ("ready", True, 7.5)
    not_ready = judged(503, b'{"ready": false, "broker": "ok", "database": "no answer"}', None, now)
    assert not_ready == ("not ready: database: no answer", True, None)
    assert "no service of the pipeline" in judged(502, b"<html>", None, now).state
