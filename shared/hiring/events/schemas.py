"""JSON Schemas of the contracts, for whoever reads or writes our events in another language.

`python -m hiring.events.schemas DIRECTORY` writes one file an event type, and the AsyncAPI document of all topics;
tests hold them to the code.
"""

import json
import sys
from pathlib import Path

from hiring import asyncapi
from hiring.events import CONTRACTS


def schema(type_: str) -> str:
    """The JSON Schema (draft 2020-12) of an event type's data, as text."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:cohort:{type_}",
        **CONTRACTS[type_].model_json_schema(mode="validation"),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(directory: Path) -> None:
    """Write every schema and the AsyncAPI document below `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    for type_ in CONTRACTS:
        (directory / f"{type_}.json").write_text(schema(type_))
    (directory / "asyncapi.json").write_text(asyncapi.text())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
