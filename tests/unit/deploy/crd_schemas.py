"""Checks a custom resource by its CRD's schema (crds/README.md), as strictly as the API server does with kubectl."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

CRDS = {
    (crd["group"], crd["kind"]): crd
    for crd in (json.loads(path.read_text()) for path in (Path(__file__).parent / "crds").glob("*.json"))
}


def flaws(manifest: dict[str, Any]) -> list[str]:
    """What is wrong with it, each with its place. Raises KeyError where the kind or version is not known."""
    group, version = manifest["apiVersion"].split("/")
    found = _validator(group, manifest["kind"], version).iter_errors(manifest)
    return [f"{error.json_path}: {error.message}" for error in found]


@cache
def _validator(group: str, kind: str, version: str) -> Draft202012Validator:
    return Draft202012Validator(_closed(CRDS[group, kind]["versions"][version], root=True))


def _closed(schema: dict[str, Any], *, root: bool = False) -> dict[str, Any]:
    """The schema with every object closed to fields that it does not name; `metadata` is Kubernetes's own."""
    closed = dict(schema)
    if "properties" in schema:
        closed["properties"] = {
            name: part if root and name == "metadata" else _closed(part) for name, part in schema["properties"].items()
        }
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            closed["additionalProperties"] = False
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            closed[inner] = _closed(schema[inner])
    if schema.get("x-kubernetes-int-or-string"):
        closed["type"] = ["integer", "string"]
    return closed
