"""Secrets are named and never given, and the script makes each one that is named."""

import base64
import json
import os
import runpy
from pathlib import Path
from typing import Any

import pytest

from .manifests import (
    KUBERNETES,
    NO_KUSTOMIZE,
    ROOT,
    Manifest,
    from_files,
    of_kind,
    patches,
    pods,
    rendered,
    secrets_of,
)

SECRETS = runpy.run_path(str(KUBERNETES / "secret_objects.py"))
DRAW = runpy.run_path(str(ROOT / "deploy/draw_secrets.py"))["draw"]
OPTIONS = {
    "small": ["--postgres=postgres:5432", "--sslmode=disable", "--own-postgres"],
    "cluster": ["--postgres=db.example.com:5432", "--smtp-username=cohort"],
    "own-kafka": [
        "--postgres=db.example.com:5432",
        "--smtp-username=cohort",
        "--kafka-ca=ca.pem",
        "--kafka-admin=root",
    ],
}
"""As docs/kubernetes.md gives them."""


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("secrets")
    DRAW(folder)
    (folder / "ca.pem").write_text("a certificate")
    (folder / "smtp-password").write_text("a password")
    return folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_a_link_among_them_leads_to_is_nobody_elses(tmp_path: Path) -> None:
    checkout, systems = tmp_path / "checkout/deploy", tmp_path / "shadow"
    checkout.mkdir(parents=True)
    script = checkout / "draw_secrets.py"
    script.write_text((ROOT / "deploy/draw_secrets.py").read_text())
    os.chown(script, 1234, 1234)
    systems.write_text("of the system")
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "leads-elsewhere").symlink_to(systems)
    (folder / "leads-nowhere").symlink_to(tmp_path / "gone")
    runpy.run_path(str(script))["draw"](folder)
    assert systems.stat().st_uid == 0
    assert (folder / "candidate-secret").stat().st_uid == 1234


def wanted_secrets(manifests: tuple[Manifest, ...]) -> set[tuple[str, str]]:
    """Each Secret's key that a pod or KEDA needs."""
    found = set[tuple[str, str]]()
    for pod in pods(manifests).values():
        for volume in pod["spec"].get("volumes", []):
            found |= {(name, item["key"]) for name, items in secrets_of(volume) for item in items}
        for each in pod["spec"]["containers"][0].get("env", []):
            if "valueFrom" in each:
                reference = each["valueFrom"]["secretKeyRef"]
                found.add((reference["name"], reference["key"]))
    for each in of_kind(manifests, "TriggerAuthentication").values():
        found |= {(reference["name"], reference["key"]) for reference in each["spec"]["secretTargetRef"]}
    return found


def test_each_secret_is_made_by_the_script_or_by_strimzi(
    overlay: str, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(drawn)
    made = {(each["metadata"]["name"], key) for each in _made(overlay, drawn) for key in each["data"]}
    manifests = from_files(overlay)
    if "cohort" in of_kind(manifests, "Kafka"):
        prefix = of_kind(manifests, "Kafka")["cohort"]["spec"]["entityOperator"]["userOperator"]["secretPrefix"]
        made |= {(f"{prefix}{user}", "password") for user in of_kind(manifests, "KafkaUser")}
        made.add(("cohort-cluster-ca-cert", "ca.crt"))
    assert wanted_secrets(manifests) | wanted_secrets(patches(overlay)) <= made
    if not NO_KUSTOMIZE:
        assert wanted_secrets(rendered(overlay)) == wanted_secrets(manifests) | wanted_secrets(patches(overlay))


def _made(overlay: str, folder: Path) -> list[dict[str, Any]]:
    return list(SECRETS["secrets"](folder, SECRETS["arguments"]([str(folder), *OPTIONS[overlay]])))


def test_no_password_is_in_a_manifest(built: tuple[Manifest, ...]) -> None:
    """Secrets are named and never given."""
    assert not of_kind(built, "Secret")
    for pod in pods(built).values():
        for each in pod["spec"]["containers"][0].get("env", []):
            bare = each["name"].endswith(("PASSWORD", "SECRET", "KEYS", "KEY", "DSN"))
            assert not (bare and "value" in each), each


def test_a_database_login_is_its_own_role(drawn: Path) -> None:
    made = {each["metadata"]["name"]: each for each in _made("cluster", drawn)}

    def read(name: str, key: str) -> str:
        return base64.b64decode(made[name]["data"][key]).decode()

    assert read("notify-database", "dsn") == "postgresql://notify@db.example.com:5432/notify?sslmode=require"
    owner = "postgresql://notify_owner@db.example.com:5432/notify?sslmode=require"
    assert read("notify-database-owner", "dsn") == owner
    assert read("notify-database-owner", "password") == (drawn / "postgres/notify-owner").read_text()
    assert json.loads(read("console-accounts", "accounts.json")) == {"accounts": []}
