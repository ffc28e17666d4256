"""The contracts: schemas are those of the models, and today's code still decodes every event ever released."""

import json
from pathlib import Path

import jsonschema
import pytest

from hiring.events import CONTRACTS
from hiring.events.schemas import schema

ROOT = Path(__file__).parents[2]
GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))


@pytest.mark.parametrize("type_", sorted(CONTRACTS))
def test_the_committed_schema_is_the_models(type_: str) -> None:
    committed = (ROOT / "shared" / "schemas" / f"{type_}.json").read_text()
    assert committed == schema(type_), "run `make schemas` and commit what it wrote"


@pytest.mark.parametrize("type_", sorted(CONTRACTS))
def test_every_type_has_a_golden_event(type_: str) -> None:
    assert any(path.name.startswith(type_) for path in GOLDEN)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_todays_code_decodes_what_was_released(path: Path) -> None:
    released = json.loads(path.read_text())
    event = CONTRACTS[path.stem.removesuffix("-full").removesuffix("-least")].model_validate_json(path.read_text())
    decoded = json.loads(event.model_dump_json())
    assert _holds(decoded, released), "a field of the released event was dropped or changed"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_released_event_satisfies_the_schema(path: Path) -> None:
    type_ = path.stem.removesuffix("-full").removesuffix("-least")
    jsonschema.validate(json.loads(path.read_text()), json.loads(schema(type_)))


@pytest.mark.parametrize("type_", sorted(set(CONTRACTS) - {"hiring.submission.made.v1"}))
def test_a_later_minor_version_can_still_be_read(type_: str) -> None:
    data = json.loads(next(path for path in GOLDEN if path.stem.startswith(type_)).read_text())
    CONTRACTS[type_].model_validate_json(json.dumps({**data, "a_field_of_tomorrow": {"x": 1}}))


def _holds(whole: object, part: object) -> bool:
    """Whether everything in `part` stands in `whole`."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and _holds(whole[key], value) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(whole) == len(part) and all(map(_holds, whole, part))
    return whole == part
