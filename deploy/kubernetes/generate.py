"""Writes the manifests that follow from the code: topics, users with their rights, and the provisioning of a Kafka
that is there already. `make manifests` runs it; a test compares what is committed.
"""

import sys
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from hiring.rights import Pattern, Right, rights, users
from hiring.topics import TOPICS, Topic

HERE = Path(__file__).parent
CLUSTER = "cohort"
PARTITIONS = 6
"""As docker-compose.yml has them: the most consumers of a group that have work."""

Manifest = dict[str, Any]


def topic(declared: Topic) -> Manifest:
    """A Strimzi KafkaTopic. How often it is replicated is the brokers' default, so that overlays say it once."""
    return _strimzi("KafkaTopic", declared.name, {"partitions": PARTITIONS, "config": declared.configs()})


def user(name: str, may: Iterable[Right]) -> Manifest:
    """A Strimzi KafkaUser with exactly these rights; its password is drawn in the cluster."""
    ordered = sorted(may, key=lambda right: (right.resource, right.name, right.pattern, right.operation))
    acls = [
        {"resource": resource(first), "operations": [operation(right) for right in (first, *more)]}
        for (first, *more) in (list(same) for _, same in groupby(ordered, resource))
    ]
    spec = {
        "authentication": {"type": "scram-sha-512"},
        "authorization": {"type": "simple", "acls": acls},
    }
    return _strimzi("KafkaUser", name, spec)


def resource(right: Right) -> Manifest:
    """What a right is about, in Strimzi's words."""
    pattern = {Pattern.LITERAL: "literal", Pattern.PREFIXED: "prefix"}[right.pattern]
    return {"type": right.resource.name.lower(), "name": right.name, "patternType": pattern}


def operation(right: Right) -> str:
    """What a right allows, in Strimzi's words: DESCRIBE_CONFIGS is DescribeConfigs."""
    return "".join(word.capitalize() for word in right.operation.name.split("_"))


def provision(names: Iterable[str]) -> Manifest:
    """The Job that makes topics, users and rights with an administrator's login, where Strimzi does not."""
    template: Manifest = yaml.safe_load((HERE / "components/provision/template.yaml").read_text())
    passwords = next(each for each in template["spec"]["template"]["spec"]["volumes"] if each["name"] == "users")
    passwords["projected"]["sources"] = [
        {"secret": {"name": f"kafka-{name}", "items": [{"key": "password", "path": name}]}} for name in names
    ]
    return template


def manifests() -> Mapping[str, list[Manifest]]:
    """What belongs into which file, by its path below this folder."""
    by_user = {name: list(each) for name, each in groupby(sorted(rights()), lambda right: right.user)}
    return {
        "components/strimzi/topics.yaml": [topic(each) for each in TOPICS],
        "components/strimzi/users.yaml": [user(name, by_user[name]) for name in users()],
        "components/provision/provision.yaml": [provision(users())],
    }


def text(documents: Iterable[Manifest]) -> str:
    """The documents of one file."""
    head = "# Made by deploy/kubernetes/generate.py from shared/hiring: `make manifests`, never by hand.\n"
    return head + yaml.safe_dump_all(documents, sort_keys=False, width=120)


def _strimzi(kind: str, name: str, spec: Manifest) -> Manifest:
    metadata = {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}}
    return {"apiVersion": "kafka.strimzi.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


if __name__ == "__main__":
    for path, documents in manifests().items():
        (HERE / path).write_text(text(documents))
    sys.stdout.write(f"written: {', '.join(manifests())}\n")
