"""Whatever a manifest names is there: files, settings, accounts, volumes, ports, pods."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .manifests import (
    KUBERNETES,
    NO_KUSTOMIZE,
    Manifest,
    folders,
    from_files,
    kustomization,
    of_kind,
    patches,
    pods,
    rendered,
    secrets_of,
)


def test_each_kustomization_names_files_that_are_there(overlay: str) -> None:
    for folder in folders(KUBERNETES / "overlays" / overlay):
        parts = kustomization(folder)
        generated = [name for each in parts.get("configMapGenerator", []) for name in each.get("files", [])]
        patches = [each["path"] for each in parts.get("patches", []) if "path" in each]
        for name in (*parts.get("resources", []), *parts.get("components", []), *generated, *patches):
            assert (folder / name).exists(), f"{folder.name}/kustomization.yaml names {name}"


def test_no_manifest_is_left_out() -> None:
    """A file that nothing names would be believed to be applied."""
    named = set[Path]()
    for path in KUBERNETES.rglob("kustomization.yaml"):
        parts = kustomization(path.parent)
        each = [*parts.get("resources", []), *(patch["path"] for patch in parts.get("patches", []) if "path" in patch)]
        named |= {(path.parent / name).resolve() for name in each}
    left = {path for path in KUBERNETES.rglob("*.yaml") if path.name not in ("kustomization.yaml", "template.yaml")}
    assert left - named == set()


def test_each_patch_meets_something(overlay: str) -> None:
    """Kustomize refuses what has no target; this finds it where there is none."""
    there = {(each["kind"], each["metadata"]["name"]) for each in from_files(overlay)}
    assert {(each["kind"], each["metadata"]["name"]) for each in patches(overlay)} <= there
    for folder in folders(KUBERNETES / "overlays" / overlay):
        kinds = [each["target"]["kind"] for each in kustomization(folder).get("patches", []) if "target" in each]
        assert set(kinds) <= {kind for kind, _ in there}


@pytest.mark.skipif(NO_KUSTOMIZE, reason="no kustomize here")
def test_kustomize_puts_together_what_the_files_say(overlay: str) -> None:
    def kinds(manifests: tuple[Manifest, ...]) -> list[str]:
        return sorted(each["kind"] for each in manifests)

    assert kinds(rendered(overlay)) == kinds(from_files(overlay))


def test_settings_and_accounts_are_there(built: tuple[Manifest, ...]) -> None:
    maps, accounts = of_kind(built, "ConfigMap"), of_kind(built, "ServiceAccount")
    for name, pod in pods(built).items():
        spec = pod["spec"]
        named = [each["configMapRef"]["name"] for each in spec["containers"][0].get("envFrom", [])]
        named += [volume["configMap"]["name"] for volume in spec["volumes"] if "configMap" in volume]
        assert set(named) <= set(maps), name
        assert spec.get("serviceAccountName", "default") in {*accounts, "default"}


def test_each_volume_is_mounted_and_each_mount_has_its_volume(built: tuple[Manifest, ...]) -> None:
    for name, pod in pods(built).items():
        claims = [
            each["metadata"]["name"]
            for each in of_kind(built, "StatefulSet").get(name, {}).get("spec", {}).get("volumeClaimTemplates", [])
        ]
        volumes = [volume["name"] for volume in pod["spec"]["volumes"]] + claims
        assert sorted(volumes) == sorted(mount["name"] for mount in pod["spec"]["containers"][0]["volumeMounts"]), name


def test_a_file_that_a_setting_names_is_mounted(built: tuple[Manifest, ...]) -> None:
    maps = of_kind(built, "ConfigMap")
    for name, pod in pods(built).items():
        files = set(_mounted(pod["spec"]))
        container = pod["spec"]["containers"][0]
        settings = {each["name"]: each.get("value", "") for each in container.get("env", [])}
        for each in container.get("envFrom", []):
            settings |= maps[each["configMapRef"]["name"]]["data"]
        wanted = {value for setting, value in settings.items() if setting.endswith("_FILE")}
        assert wanted <= files, name


def _mounted(spec: Manifest) -> Iterator[str]:
    """The files of a pod that come from secrets."""
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    for mount in spec["containers"][0]["volumeMounts"]:
        for _, items in secrets_of(volumes.get(mount["name"], {})):
            yield from (f"{mount['mountPath']}/{item['path']}" for item in items)


def test_services_and_ingresses_lead_to_a_port(built: tuple[Manifest, ...]) -> None:
    services = of_kind(built, "Service")
    for name, service in services.items():
        targets = [pod for pod in pods(built).values() if _selects(service["spec"]["selector"], pod)]
        assert len(targets) == 1, name
        ports = {port["name"] for port in targets[0]["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
    for ingress in of_kind(built, "Ingress").values():
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                to = path["backend"]["service"]
                assert to["port"]["name"] in {port["name"] for port in services[to["name"]]["spec"]["ports"]}
        assert {rule["host"] for rule in ingress["spec"]["rules"]} == {
            host for tls in ingress["spec"]["tls"] for host in tls["hosts"]
        }


def test_selectors_meet_their_own_pods(built: tuple[Manifest, ...]) -> None:
    for name, each in of_kind(built, "Deployment", "StatefulSet").items():
        assert _selects(each["spec"]["selector"]["matchLabels"], each["spec"]["template"])
        for spread in each["spec"]["template"]["spec"].get("topologySpreadConstraints", []):
            assert spread["labelSelector"]["matchLabels"] == each["spec"]["selector"]["matchLabels"], name
    deployments = of_kind(built, "Deployment")
    for name, budget in of_kind(built, "PodDisruptionBudget").items():
        assert budget["spec"]["selector"] == deployments[name]["spec"]["selector"]


def _selects(labels: Manifest, pod: Manifest) -> bool:
    return bool(labels.items() <= pod["metadata"]["labels"].items())
