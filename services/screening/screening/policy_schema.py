"""The JSON Schema by which editors complete and check a policy. `python -m screening.policy_schema` writes it anew."""

import json

from screening.core.policy import Policy
from screening.settings import HERE

PATH = HERE / "policies" / "schema.json"


def schema_text() -> str:
    """The schema, as it is committed beside the policies."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Policy.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    PATH.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
