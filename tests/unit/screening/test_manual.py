"""The manual's examples are right: each YAML of docs/policies.md is read, each kind has its paragraph."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from screening.core.conditions import MOST_COURSES, MOST_PROJECTS, MOST_WORDS
from screening.core.policy import Policy
from screening.core.rules import AnyRule
from screening.programmes import parse_policy

from .rulings import SAYING, policy, track

MANUAL = (Path(__file__).parents[3] / "docs" / "policies.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml( rule)?\n(.*?)```", MANUAL, re.DOTALL)
RULES = [block for kind, block in BLOCKS if kind]
KINDS = {get_args(rule.model_fields["kind"].annotation)[0] for rule in get_args(get_args(AnyRule)[0])}
WHOLE, TABLES, SCORE = (block for kind, block in BLOCKS if not kind)


@pytest.mark.parametrize("block", RULES)
def test_each_rule_of_the_manual_is_read(block: str) -> None:
    told: dict[str, Any] = yaml.safe_load(block)
    tables = {"fields": {"computer-science": ["软件工程"]}}
    rule = {"id": "r", "otherwise": "decline", "reason": SAYING, "unclear": SAYING, **told}
    assert policy(**tables, rules=[rule]).rules[0].kind == told["kind"]


def test_the_manual_shows_every_kind() -> None:
    assert set(re.findall(r"kind: (\w+)", "".join(RULES))) == KINDS


def test_the_whole_policy_the_tables_and_the_score_are_read() -> None:
    assert isinstance(parse_policy(WHOLE, "docs/policies.md"), Policy)
    assert policy(**yaml.safe_load(TABLES)).courses
    assert policy(tracks=[track(**yaml.safe_load(SCORE))]).tracks[0].score


def test_the_manual_names_every_field_of_a_policy_and_the_bounds() -> None:
    for field in Policy.model_fields:
        assert f"`{field}`" in MANUAL, field
    assert f"at most {MOST_COURSES} courses, {MOST_PROJECTS} projects, {MOST_WORDS:,} words" in MANUAL
