"""Every manifest is valid: Kubernetes's kinds by its schemas of the oldest and newest version, others by their CRDs."""

import json
from copy import deepcopy

import kubernetes_validate
import pytest

from .crd_schemas import CRDS, flaws
from .manifests import KUBERNETES, Manifest, documents, from_files, of_kind

VERSIONS = ("1.32", "1.37")
_valid: set[str] = set()


def check(manifest: Manifest) -> None:
    """Raises where it is not valid; what overlays share is checked once, since a check takes a while."""
    text = json.dumps(manifest, sort_keys=True)
    if text in _valid:
        return
    if (manifest["apiVersion"].split("/")[0], manifest["kind"]) in CRDS:
        assert flaws(manifest) == [], manifest["metadata"]["name"]
    else:
        for version in VERSIONS:
            kubernetes_validate.validate(manifest, version, strict=True)
    _valid.add(text)


def test_every_manifest_is_valid(built: tuple[Manifest, ...]) -> None:
    for manifest in built:
        check(manifest)


def test_what_no_overlay_takes_is_valid_too() -> None:
    for manifest in documents((KUBERNETES / "components/traces/network.yaml").read_text()):
        check(manifest)


def test_no_two_manifests_are_one(built: tuple[Manifest, ...]) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in built]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Deployment", ("spec", "template", "spec", "containers", 0, "readinesProbe"), {}),
        ("NetworkPolicy", ("spec", "egres"), []),
        ("Kafka", ("spec", "kafka", "listeners", 0, "tls"), "yes"),
        ("Kafka", ("spec", "kafka", "replicas"), 3),
        ("KafkaNodePool", ("spec", "roles"), ["zookeeper"]),
        ("KafkaUser", ("spec", "authorization", "acls", 0, "operations"), ["DescribeConfig"]),
        ("KafkaTopic", ("spec", "partitions"), "6"),
        ("ScaledObject", ("spec", "maxReplicas"), 6),
        ("TriggerAuthentication", ("spec", "secretTargetRef", 0, "secret"), "x"),
    ],
)
def test_a_slip_is_found(kind: str, path: tuple[str | int, ...], value: object) -> None:
    """The checks would tell: each of these is a slip that a person makes."""
    slipped = deepcopy(next(iter(of_kind(from_files("cluster"), kind).values())))
    place = slipped
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises((kubernetes_validate.ValidationError, AssertionError)):
        check(slipped)
