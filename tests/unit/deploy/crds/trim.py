"""Makes the schemas of this folder from CRD files: `python trim.py CRD.yaml …`. README.md says where those come from.

What is kept of a CRD is what a manifest is checked by: group, kind, and of each served version the schema without
descriptions and status.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml


def trim(crd: dict[str, Any]) -> dict[str, Any]:
    """The parts of a CRD that are kept."""
    spec = crd["spec"]
    versions = {each["name"]: _plain(each["schema"]["openAPIV3Schema"]) for each in spec["versions"] if each["served"]}
    for schema in versions.values():
        schema["properties"].pop("status", None)
    return {"group": spec["group"], "kind": spec["names"]["kind"], "scope": spec["scope"], "versions": versions}


def _plain(node: Any) -> Any:
    """The schema without its texts. A property may be called `description`: then it is a schema and stays."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {key: _plain(value) for key, value in node.items() if not (key == "description" and isinstance(value, str))}


if __name__ == "__main__":
    for name in sys.argv[1:]:
        kept = trim(yaml.safe_load(Path(name).read_text()))
        path = Path(__file__).with_name(f"{kept['kind'].lower()}.{kept['group']}.json")
        path.write_text(json.dumps(kept, separators=(",", ":"), sort_keys=True) + "\n")
        print(path.name)
