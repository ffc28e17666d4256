"""The Kubernetes manifests as the tests see them: read from their files, and as kustomize puts them together."""

import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
KUBERNETES = ROOT / "deploy/kubernetes"
OVERLAYS = ("small", "cluster", "own-kafka")
SERVICES = ("intake", "screening", "notify", "console")

KUSTOMIZE = ["kubectl", "kustomize"] if shutil.which("kubectl") else ["kustomize", "build"]
NO_KUSTOMIZE = shutil.which(KUSTOMIZE[0]) is None

Manifest = dict[str, Any]
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def documents(text: str) -> list[Manifest]:
    """The documents of a YAML text."""
    return [each for each in yaml.load_all(text, Loader=_Loader) if each]


@cache
def kustomization(folder: Path) -> Manifest:
    """A folder's kustomization.yaml."""
    return documents((folder / "kustomization.yaml").read_text())[0]


def folders(folder: Path) -> Iterator[Path]:
    """The folder and all whose kustomization.yaml it builds on, the deepest first."""
    parts = kustomization(folder)
    for name in (*parts.get("resources", []), *parts.get("components", [])):
        if (folder / name).is_dir():
            yield from folders((folder / name).resolve())
    yield folder


@cache
def from_files(overlay: str) -> tuple[Manifest, ...]:
    """An overlay's resources and generated ConfigMaps without its patches, which need no kustomize to be read."""
    found, settings = [], dict[str, dict[str, str]]()
    for folder in folders(KUBERNETES / "overlays" / overlay):
        for name in kustomization(folder).get("resources", []):
            if (folder / name).is_file():
                found += documents((folder / name).read_text())
        for generated in kustomization(folder).get("configMapGenerator", []):
            data = dict(each.split("=", 1) for each in generated.get("literals", []))
            data |= {name: (folder / name).read_text() for name in generated.get("files", [])}
            settings.setdefault(generated["name"], {}).update(data)
    maps = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}
        for name, data in settings.items()
    ]
    return (*found, *maps)


@cache
def patches(overlay: str) -> tuple[Manifest, ...]:
    """What an overlay's patches in files say."""
    found = []
    for folder in folders(KUBERNETES / "overlays" / overlay):
        for patch in kustomization(folder).get("patches", []):
            found += documents((folder / patch["path"]).read_text()) if "path" in patch else []
    return tuple(found)


@cache
def rendered(overlay: str) -> tuple[Manifest, ...]:
    """What `kubectl apply -k` would send."""
    return put_together(KUBERNETES / "overlays" / overlay)


def put_together(folder: Path) -> tuple[Manifest, ...]:
    """What kustomize makes of a folder."""
    done = subprocess.run([*KUSTOMIZE, str(folder)], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return tuple(documents(done.stdout))


def of_kind(manifests: tuple[Manifest, ...], *kinds: str) -> dict[str, Manifest]:
    """Those of some kinds, by their name."""
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] in kinds}


def pods(manifests: tuple[Manifest, ...]) -> dict[str, Manifest]:
    """Every pod template, by the name of what it belongs to: metadata and spec."""
    workloads = of_kind(manifests, "Deployment", "StatefulSet", "Job")
    found = {name: each["spec"]["template"] for name, each in workloads.items()}
    for name, each in of_kind(manifests, "CronJob").items():
        found[name] = each["spec"]["jobTemplate"]["spec"]["template"]
    return found


def compose() -> Manifest:
    """docker-compose.yml."""
    return documents((ROOT / "docker-compose.yml").read_text())[0]


def secrets_of(volume: Manifest) -> Iterator[tuple[str, list[Manifest]]]:
    """Each Secret that a volume must have, with the items that are taken from it."""
    if "secret" in volume and not volume["secret"].get("optional"):
        yield volume["secret"]["secretName"], volume["secret"]["items"]
    for source in volume.get("projected", {}).get("sources", []):
        yield source["secret"]["name"], source["secret"]["items"]
