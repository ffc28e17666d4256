"""What each pod may reach: what docker-compose.yml's networks let it, and no more."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from .manifests import SERVICES, Manifest, compose, from_files, of_kind, pods

Labels = dict[str, str]


class Way(NamedTuple):
    """One thing that is allowed: with whom, at which port."""

    peer: str
    port: int


def ways(manifests: tuple[Manifest, ...], labels: Labels, direction: str) -> set[Way]:
    """What the policies allow a pod of these labels, `egress` or `ingress`."""
    return set(_ways(manifests, labels, direction))


def _ways(manifests: tuple[Manifest, ...], labels: Labels, direction: str) -> Iterator[Way]:
    held = False
    for policy in of_kind(manifests, "NetworkPolicy").values():
        spec = policy["spec"]
        selector = spec["podSelector"]["matchLabels"]
        if not selector.items() <= labels.items() or direction.capitalize() not in spec["policyTypes"]:
            continue
        held = True
        for rule in spec.get(direction, []):
            peers = rule["to" if direction == "egress" else "from"]
            assert peers, "an empty list of peers would be everybody"
            for port in rule["ports"]:
                yield from (Way(_told(peer), port["port"]) for peer in peers)
    assert held, "a pod that no policy holds may do everything"


def _told(peer: Manifest) -> str:
    if "ipBlock" in peer:
        return str(peer["ipBlock"]["cidr"])
    sides = [peer[side].get("matchLabels", {}) for side in ("namespaceSelector", "podSelector") if side in peer]
    return ", ".join(f"{key}={value}" for labels in sides for key, value in labels.items())


def labels_of(manifests: tuple[Manifest, ...], name: str) -> Labels:
    labels: Labels = pods(manifests)[name]["metadata"]["labels"]
    return labels


DNS = {Way("kubernetes.io/metadata.name=kube-system, k8s-app=kube-dns", 53)}
KAFKA = {Way("strimzi.io/cluster=cohort, strimzi.io/kind=Kafka, strimzi.io/broker-role=true", 9093)}
DATABASE = {Way("cohort/postgres=yes", 5432)}
MAIL = {Way(cidr, port) for cidr in ("0.0.0.0/0", "::/0") for port in (25, 465, 587)}
HTTPS = {Way("0.0.0.0/0", 443), Way("::/0", 443)}
INGRESS, MONITORING = Way("cohort/ingress=yes", 8080), Way("cohort/monitoring=yes", 8080)


@pytest.mark.parametrize(
    ("name", "out"),
    [
        ("intake", DNS | KAFKA | HTTPS),
        ("screening", DNS | KAFKA | DATABASE),
        ("notify", DNS | KAFKA | DATABASE | MAIL),
        ("console", DNS | KAFKA | DATABASE | HTTPS),
        ("migrate-screening", DNS | DATABASE),
        ("rebuild-console", DNS | DATABASE | KAFKA),
    ],
)
def test_a_pod_reaches_what_it_needs_and_nothing_else(name: str, out: set[Way]) -> None:
    assert ways(from_files("cluster"), labels_of(from_files("cluster"), name), "egress") == out


def test_screening_reaches_neither_mail_nor_the_world(built: tuple[Manifest, ...]) -> None:
    out = ways(built, labels_of(built, "screening"), "egress")
    assert {way.port for way in out} == {53, 9093, 5432}
    assert not {way for way in out if "/0" in way.peer}
    assert ways(built, labels_of(built, "screening"), "ingress") == {MONITORING}


def test_nobody_reaches_another_service(built: tuple[Manifest, ...]) -> None:
    for service in SERVICES:
        assert ways(built, labels_of(built, service), "ingress") <= {INGRESS, MONITORING}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_on_the_networks_that_compose_gives_it(service: str) -> None:
    there = set(compose()["services"][service]["networks"])
    labels = labels_of(from_files("cluster"), service)
    on = {key.removeprefix("cohort/") for key in labels if key.startswith("cohort/")}
    for ours, theirs in {
        "kafka": "kafka",
        "mail": "mail",
        "metrics": "metrics",
        "database": f"{service}-database",
    }.items():
        assert (ours in on) == (theirs in there), ours
    # What compose lets in and out by one network are two here.
    assert ("published" in on) == ("outside" in there)
    assert "https" not in on or "outside" in there
    assert on <= {"kafka", "mail", "metrics", "database", "published", "https"}


def test_every_pod_is_held_both_ways(built: tuple[Manifest, ...]) -> None:
    for name in pods(built):
        ways(built, labels_of(built, name), "egress")
        ways(built, labels_of(built, name), "ingress")


def test_only_who_has_business_with_the_brokers_reaches_them(with_strimzi: tuple[Manifest, ...]) -> None:
    (listener,) = of_kind(with_strimzi, "Kafka")["cohort"]["spec"]["kafka"]["listeners"]
    assert listener["port"] == 9093
    assert {_told(peer) for peer in listener["networkPolicyPeers"]} == {
        "cohort/kafka=yes",
        "kubernetes.io/metadata.name=keda",
    }


def test_strimzis_pods_are_not_held_by_our_policies(built: tuple[Manifest, ...]) -> None:
    """Strimzi hands `part-of` on to its pods, and brokers that nobody may reach are none."""
    for each in built:
        if each["apiVersion"].startswith("kafka.strimzi.io"):
            assert "app.kubernetes.io/part-of" not in each["metadata"].get("labels", {})
