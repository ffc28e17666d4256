"""Topics, users and rights are those of the code, and what scales by a lag asks for one that is there."""

import runpy
from typing import Any

import pytest

from hiring.rights import Operation, Pattern, Resource, Right, rights, users
from hiring.topics import TOPICS
from intake.consumer import IntakeStep
from notify.consumer import NotifyStep
from screening.consumer import ScreeningStep

from .manifests import KUBERNETES, NO_KUSTOMIZE, Manifest, compose, from_files, of_kind, pods, rendered

GENERATE: dict[str, Any] = runpy.run_path(str(KUBERNETES / "generate.py"))
STEPS = {"intake": IntakeStep, "screening": ScreeningStep, "notify": NotifyStep}


@pytest.mark.parametrize("path", GENERATE["manifests"]())
def test_what_is_committed_is_what_the_code_gives(path: str) -> None:
    made = GENERATE["text"](GENERATE["manifests"]()[path])
    assert (KUBERNETES / path).read_text() == made, "`make manifests` writes it anew"


def test_users_may_do_exactly_what_is_declared(with_strimzi: tuple[Manifest, ...]) -> None:
    declared = of_kind(with_strimzi, "KafkaUser")
    assert set(declared) == set(users())
    words = {"Read": "READ", "Write": "WRITE", "Describe": "DESCRIBE", "DescribeConfigs": "DESCRIBE_CONFIGS"}
    patterns = {"literal": Pattern.LITERAL, "prefix": Pattern.PREFIXED}
    found = [
        Right(
            user,
            Operation[words[operation]],
            Resource[acl["resource"]["type"].upper()],
            acl["resource"]["name"],
            patterns[acl["resource"]["patternType"]],
        )
        for user, each in declared.items()
        for acl in each["spec"]["authorization"]["acls"]
        for operation in acl["operations"]
    ]
    assert set(found) == rights()
    assert len(found) == len(set(found))
    assert {each["spec"]["authentication"]["type"] for each in declared.values()} == {"scram-sha-512"}


def test_topics_are_those_that_are_declared(with_strimzi: tuple[Manifest, ...]) -> None:
    made = of_kind(with_strimzi, "KafkaTopic")
    assert {name: each["spec"]["config"] for name, each in made.items()} == {t.name: t.configs() for t in TOPICS}
    provision = compose()["services"]["provision"]["command"]
    assert {each["spec"]["partitions"] for each in made.values()} == {
        int(provision[provision.index("--partitions") + 1])
    }


def test_provisioning_gets_every_users_password() -> None:
    volumes = {each["name"]: each for each in pods(from_files("own-kafka"))["provision"]["spec"]["volumes"]}
    sources = [source["secret"] for source in volumes["users"]["projected"]["sources"]]
    assert {each["items"][0]["path"]: each["name"] for each in sources} == {user: f"kafka-{user}" for user in users()}


def test_brokers_take_the_largest_record() -> None:
    config = of_kind(from_files("cluster"), "Kafka")["cohort"]["spec"]["kafka"]["config"]
    assert config["message.max.bytes"] >= max(topic.max_bytes for topic in TOPICS)
    assert config["replica.fetch.max.bytes"] >= config["message.max.bytes"]
    assert config["auto.create.topics.enable"] is False


@pytest.mark.skipif(NO_KUSTOMIZE, reason="no kustomize here")
@pytest.mark.parametrize(("overlay", "brokers", "must_have"), [("small", 1, 1), ("cluster", 3, 2)])
def test_a_record_is_on_as_many_brokers_as_there_are(overlay: str, brokers: int, must_have: int) -> None:
    (pool,) = of_kind(rendered(overlay), "KafkaNodePool").values()
    config = of_kind(rendered(overlay), "Kafka")["cohort"]["spec"]["kafka"]["config"]
    assert pool["spec"]["replicas"] == brokers
    assert {value for name, value in config.items() if name.endswith("replication.factor")} == {brokers}
    assert {value for name, value in config.items() if name.endswith(("min.isr", "min.insync.replicas"))} == {must_have}


def test_a_lag_is_one_that_its_group_has(with_keda: tuple[Manifest, ...]) -> None:
    """A topic that a group never commits would count as all behind, and its service scale to the most for ever."""
    for name, each in of_kind(with_keda, "ScaledObject").items():
        triggers = [trigger["metadata"] for trigger in each["spec"]["triggers"] if trigger["type"] == "kafka"]
        assert each["spec"]["scaleTargetRef"]["name"] == name
        for trigger in triggers:
            assert trigger["consumerGroup"] == name
            assert trigger["topic"] in STEPS[name].contracts
            assert trigger["version"] >= "2.1", "what Kafka 4 still speaks; KEDA's default is older"
            assert Right(name, Operation.READ, Resource.GROUP, name) in rights()


def test_no_more_replicas_than_have_work(with_keda: tuple[Manifest, ...]) -> None:
    for name, each in of_kind(with_keda, "ScaledObject").items():
        by_lag_alone = all(trigger["type"] == "kafka" for trigger in each["spec"]["triggers"])
        assert not by_lag_alone or each["spec"]["maxReplicaCount"] <= GENERATE["PARTITIONS"], name
        assert each["spec"]["minReplicaCount"] <= each["spec"]["maxReplicaCount"]
        # Two that set the number would undo each other.
        assert "replicas" not in of_kind(with_keda, "Deployment")[name]["spec"]


def test_each_lag_is_asked_for_by_that_services_login(with_keda: tuple[Manifest, ...]) -> None:
    logins = of_kind(with_keda, "TriggerAuthentication")
    for name, each in of_kind(with_keda, "ScaledObject").items():
        variables = {each["name"] for each in pods(with_keda)[name]["spec"]["containers"][0]["env"]}
        for trigger in each["spec"]["triggers"]:
            if trigger["type"] == "kafka":
                login = logins[trigger["authenticationRef"]["name"]]["spec"]
                assert {parameter["name"] for parameter in login["env"]} <= variables
                assert login["secretTargetRef"][0] == {
                    "parameter": "password",
                    "name": f"kafka-{name}",
                    "key": "password",
                }
