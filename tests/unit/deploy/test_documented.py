"""What docs/kubernetes.md offers beyond the overlays works: its pieces of kustomization.yaml, and other components."""

import os
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from .manifests import KUBERNETES, NO_KUSTOMIZE, ROOT, Manifest, documents, of_kind, put_together
from .test_schemas import check
from .test_secrets import OPTIONS, SECRETS

PAGE = (ROOT / "docs/kubernetes.md").read_text()


def pieces(field: str) -> list[Manifest]:
    """Each block of the page that begins with this field of a kustomization.yaml, as YAML."""
    return [each for block in blocks(PAGE) if block.startswith(f"{field}:") for each in documents(block)]


def blocks(page: str) -> list[str]:
    """The indented blocks of a page of Markdown."""
    found, block = [], list[str]()
    for line in [*page.splitlines(), "."]:
        if line.startswith("    ") or (block and not line):
            block.append(line)
        elif block:
            found.append(dedent("\n".join(block)).strip())
            block = []
    return found


@pytest.mark.skipif(NO_KUSTOMIZE, reason="no kustomize here")
def test_the_pages_pieces_fit_an_overlay(tmp_path: Path) -> None:
    def here(path: str) -> str:
        return os.path.relpath(KUBERNETES / path, tmp_path.resolve())

    kustomization: Manifest = {
        "resources": [here("overlays/cluster")],
        "components": [here("components/traces"), here("components/databases")],
        "namespace": "cohort",
    }
    for field in ("images", "patches", "configMapGenerator"):
        kustomization[field] = [each for piece in pieces(field) for each in piece[field]]
        assert kustomization[field], f"the page has no {field} any more"
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    built = put_together(tmp_path)
    for manifest in built:
        check(manifest)
    listeners = of_kind(built, "Kafka")["cohort"]["spec"]["kafka"]["listeners"]
    assert [each["name"] for each in listeners] == ["clients", "outside"]
    assert of_kind(built, "NetworkPolicy")["database"]["spec"]["egress"][0]["to"] == [
        {"ipBlock": {"cidr": "192.0.2.10/32"}}
    ]
    (intake,) = of_kind(built, "Deployment")["intake"]["spec"]["template"]["spec"]["containers"]
    assert intake["image"] == "registry.example.com/cohort-intake:0.1.0"


def test_the_page_names_every_secret() -> None:
    assert set(SECRETS["FILES"]) <= set(PAGE.split("`"))
    for options in OPTIONS.values():
        for option in options:
            assert option.split("=")[0] in PAGE, option
