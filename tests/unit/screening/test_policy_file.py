"""What is wrong with a policy is told with its line and its mend."""

import json
from pathlib import Path
from time import monotonic
from typing import Any

import jsonschema
import pytest
import yaml

from screening.core.policy import Policy
from screening.policy_schema import PATH, schema_text
from screening.programmes import PolicyError, parse_policy, read_policy
from screening.settings import HERE

REFERENCE = HERE / "policies" / "ai-internships-2026.yaml"
GOOD = """\
name: p
version: "1"
programme: p
fields:
  computing: [软件工程]
rules:
  - id: graduation
    kind: graduates_within
    earliest: 2025-11
    latest: 2026-10
    otherwise: decline
    reason: &saying {en: so, zh: 如此}
    unclear: *saying
  - id: degree
    kind: studies
    levels: [bachelor]
    fields: [computing]
    otherwise: decline
    reason: *saying
    unclear: *saying
tracks:
  - id: ai
    seats: 30
    units: [{id: cloud, seats: 10}, {id: lab, seats: 20}]
    score:
      advance_from: 50
      review_from: 30
      components:
        - {id: grade, kind: grade, weight: 60, none_at: 60%, full_at: 3.6 of 4}
        - {id: courses, kind: foundations, area: mathematics, weight: 40, full_at: 5}
      reason: *saying
      between: *saying
      unclear: *saying
"""
SECOND = """
  - id: second
    otherwise: review
    reason: *saying
    unclear: *saying
"""


REST = "otherwise: review, reason: *saying, unclear: *saying}\ntracks:"


def refused(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "p.yaml")
    return str(caught.value)


def with_rule(rule: str) -> str:
    """The good policy with another rule of its own, from line 21 on."""
    return GOOD.replace("\ntracks:", f"{SECOND.rstrip()}\n{rule}\ntracks:")


def test_the_good_one_is_read() -> None:
    policy = parse_policy(GOOD, "p.yaml")
    assert [unit.id for unit in policy.tracks[0].units] == ["cloud", "lab"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "earliest: 2025-11",
            "erliest: 2025-11",
            "p.yaml:9: rule graduation: there is no field `erliest` here: did you mean `earliest`?",
        ),
        (
            "earliest: 2025-11",
            "earliest: 2027-01",
            "p.yaml:9: rule graduation, earliest: earliest 2027-01 is after latest 2026-10: exchange them",
        ),
        ("2026-10", "October", "p.yaml:10: rule graduation, latest: is 'October', not a month: write YYYY-MM"),
        ("kind: studies", "kind: study", "p.yaml:15: rule degree: there is no kind study: did you mean `studies`?"),
        (
            "otherwise: decline",
            "otherwise: decine",
            "p.yaml:11: rule graduation, otherwise: is 'decine': did you mean `decline`?",
        ),
        ('version: "1"', "version: 1", 'p.yaml:2: version: is 1, not text: write it in quotes: "1"'),
        ('version: "1"', "version: 2.10", 'p.yaml:2: version: is 2.10, not text: write it in quotes: "2.10"'),
        ('version: "1"', "version: 010", 'p.yaml:2: version: is 010, not text: write it in quotes: "010"'),
        ('version: "1"', "version: on", 'p.yaml:2: version: is on, not text: write it in quotes: "on"'),
        ("kind: studies", "kind: on", "p.yaml:15: rule degree: there is no kind on: write one of"),
        ("otherwise: decline", "otherwise: no", "p.yaml:11: rule graduation, otherwise: is no: write one of decline"),
        ("advance_from: 50", "advance_from: 5_0.0", "advance_from: is 5_0.0: write a whole number"),
        (
            "en: so",
            'en: "s\\0o"',
            "p.yaml:12: rule graduation, reason, en: is 's\\x00o', and holds a control character",
        ),
        (
            "软件工程",
            '"软件\\e工程"',
            "fields, computing 1: is '软件\\x1b工程', and holds a control character: remove it",
        ),
        ('version: "1"', 'version: "1\\n"', "p.yaml:2: version: is '1\\n', and holds a control character: remove it"),
        (
            "  - id: degree\n",
            "  - id: degree\n    id: again\n",
            "p.yaml:15: `id` stands here and on line 14: remove one",
        ),
        (
            "fields: [computing]",
            "fields: [computer]",
            "p.yaml:17: rule degree, field 1: the table `fields` has no computer: did you mean computing?",
        ),
        (
            "weight: 60",
            "weight: 50",
            "p.yaml:28: track ai, score, components: the weights add up to 90: change them so that they make 100",
        ),
        (
            "review_from: 30",
            "review_from: 60",
            "p.yaml:27: track ai, score, review_from: is above advance_from 50: exchange them",
        ),
        (
            "advance_from: 50",
            "advance_from: 101",
            "p.yaml:26: track ai, score, advance_from: is 101, and cannot be met: at most 100",
        ),
        (
            "3.6 of 4",
            "5 of 4",
            "p.yaml:29: track ai, score, component grade, full_at: is more than the whole (5 of 4)",
        ),
        ("3.6 of 4", "50%", "p.yaml:29: track ai, score, component grade, none_at: is not less than full_at"),
        (
            "full_at: 5",
            "full_at: 201",
            "p.yaml:30: track ai, score, component courses, full_at: is 201, and cannot be met: at most 200",
        ),
        (
            "seats: 30",
            "seats: 40",
            "p.yaml:23: track ai, seats: the units' seats make 30, the track's 40: change one of them",
        ),
        ("id: lab", "id: cloud", "p.yaml:24: track ai, unit cloud: there is another unit cloud"),
        ("zh: 如此", "cn: 如此", "p.yaml:12: rule graduation, reason: lacks the field `zh`: add it"),
        (
            "软件工程",
            "籍贯",
            "p.yaml:5: fields, computing 1: the field name '籍贯' speaks of native place, a protected attribute",
        ),
        (
            "id: degree",
            "id: max-age",
            "p.yaml:14: rule max-age, id: the rule 'max-age' speaks of age, a protected attribute",
        ),
        ("    seats: 30", "\tseats: 30", "p.yaml:23: is not YAML: a tab stands where blanks are meant"),
        ("    seats: 30", "   seats: 30", "p.yaml:23: is not YAML: the line is indented otherwise"),
        ("    seats: 30", "      seats: 30", "p.yaml:23: is not YAML: the line is indented further"),
        ("    seats: 30", "    seats 30", "p.yaml:23: is not YAML: no colon and blank after the field's name"),
        (
            "    seats: 30",
            "    seats：30",
            "p.yaml:23: is not YAML: the colon after the field's name is a full-width one",
        ),
        ("    seats: 30", "    seats: 1,500", "p.yaml:23: track ai, seats: is '1,500': write 1500 without the comma"),
        ("{en: so, zh: 如此}", "\n      en: Note: so", "p.yaml:13: is not YAML: a text holds a colon and a blank: put"),
        ("name: p", "name: 'p", "p.yaml:1: is not YAML: the quotation mark that opens here is never closed: close it"),
        ("name: p\n", "name p\n", "p.yaml:1: is not YAML: no colon and blank after the field's name"),
    ],
)
def test_a_mistake_is_told_with_line_and_mend(old: str, new: str, told: str) -> None:
    assert told in refused(GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            "    kind: graduates_within\n    earliest: 2026-11\n    latest: 2027-10",
            "p.yaml:21: rule second: asks for graduation 2026-11 to 2027-10, another rule for 2025-11 to 2026-10",
        ),
        ("    kind: studies\n    levels: [master]", "asks for a degree in master, another rule for bachelor: nobody"),
        ("    kind: foundations\n    area: mathematics\n    at_least: 201", "is 201, and cannot be met: at most 200"),
        ("    kind: projects\n    at_least: 51", "is 51, and cannot be met: at most 50"),
        ("    kind: projects\n    at_least: true", "is true: write a whole number"),
        ("    kind: grade_at_least\n    at_least: 0", "asks for nothing"),
        ("    kind: grade_at_least\n    at_least: 3.0", "more than the whole (3 of 1)"),
        ("    kind: assessment_at_least\n    name: iq\n    at_least: 1\n    grace_months: 3", "name that month, too"),
        ("    kind: machine_may_decide\n    if_unknown: pass", "silence is no consent"),
        ("    kind: answered\n    question: religion\n    words: 1", "speaks of religion, a protected attribute"),
        ("    kind: projects\n    domains: [women]\n    at_least: 1", "speaks of gender, a protected attribute"),
        ("    kind: nationality", "speaks of nationality, a protected attribute"),
        ("    kind: any_of\n    of: []", "rule second, of: is empty"),
        (
            "    kind: any_of\n    of: [{kind: all_of, of: [{kind: any_of, of: [{kind: all_of, of: "
            "[{kind: machine_may_decide}]}]}]}]",
            "has 4 groups within each other: at most 3",
        ),
        (
            "    kind: all_of\n    of:\n      - {kind: studies, levels: [master]}\n      - {kind: machine_may_decide}",
            "rule second, condition 1: asks for a degree in master, another rule for bachelor",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: str, told: str) -> None:
    assert told in refused(with_rule(rule))


def test_what_excludes_each_other_may_stand_in_one_any_of() -> None:
    windows = ("2024-01", "2024-12"), ("2025-11", "2026-10")
    members = "\n".join(f"      - {{kind: graduates_within, earliest: {a}, latest: {b}}}" for a, b in windows)
    assert parse_policy(with_rule(f"    kind: any_of\n    of:\n{members}"), "p.yaml")


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    told = refused(GOOD.replace("otherwise", "otherwhise").replace("seats: 30", "seats: many")).splitlines()
    assert [line.split(":")[1] for line in told] == ["11", "18", "23"]


def test_a_misspelt_field_is_told_once() -> None:
    told = refused(GOOD.replace("earliest: 2025-11", "erliest: 2025-11"))
    assert told == "p.yaml:9: rule graduation: there is no field `erliest` here: did you mean `earliest`?"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "p.yaml:1: is empty"),
        ("- a", "p.yaml:1: is a list: write fields"),
        ("a: &a [*a]", "holds itself"),
        ("[" * 5000, "is nested more than 40 deep"),
        ("a: \x00", "holds the character 0x0000"),
        ("a: !!python/object:os.system x", "is not read here"),
        ("<<: {a: 1}", "merge keys (<<) are not read"),
        ("? [a]\n: b", "write a plain name"),
        ("a: 1\n---\nb: 1", "p.yaml:2: is not YAML"),
        ("a: " + "9" * 5000, "holds a value that is not of its type"),
        ("a: *x", "undefined alias"),
        ("x" * 1_000_001, "is too large"),
        ('version: "\\UFFFFFFFF"', "is not YAML"),
        ('version: "\\U00110000"', "is not YAML"),
    ],
)
def test_what_is_no_policy_at_all_is_refused(text: str, told: str) -> None:
    assert told in refused(text)


def test_aliases_of_aliases_do_not_explode() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]" for n in range(1, 12)]
    assert "once its aliases are followed" in refused("\n".join(lines))


@pytest.mark.parametrize(("rules", "lines", "told"), [(20, 30, "nobody meets both"), (30, 1, "asks 632 conditions")])
def test_a_short_text_of_many_conditions_costs_little(rules: int, lines: int, told: str) -> None:
    """Of aliases; each pair of these windows excludes each other, and every pair in words would take gigabytes."""
    windows = [f"{{kind: graduates_within, earliest: {year}-01, latest: {year}-02}}" for year in range(2000, 2020)]
    asked = GOOD.replace("\ntracks:", f"\n  - {{id: windows, kind: all_of, of: &windows [{', '.join(windows)}], {REST}")
    for number in range(1, rules):
        asked = asked.replace("\ntracks:", f"\n  - {{id: r{number}, kind: all_of, of: *windows, {REST}")
    begun = monotonic()
    found = refused(asked).splitlines()
    assert monotonic() - begun < 5
    assert len(found) == lines
    assert all(told in line for line in found)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        read_policy(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("name: é".encode("latin-1"))
    with pytest.raises(PolicyError, match="is not UTF-8"):
        read_policy(tmp_path / "latin.yaml")


def test_the_digest_is_of_what_a_policy_says() -> None:
    policy = parse_policy(GOOD, "p.yaml")
    assert parse_policy(f"# a comment\n{GOOD}", "q.yaml").digest() == policy.digest()
    assert Policy.model_validate(policy.content()).digest() == policy.digest()
    assert (
        parse_policy(GOOD.replace("seats: 10}", "seats: 11}").replace("30\n", "31\n", 1), "p").digest()
        != policy.digest()
    )


def test_editors_get_the_schema_of_todays_language() -> None:
    assert PATH.read_text(encoding="utf-8") == schema_text(), "run: python -m screening.policy_schema"


def test_the_schema_takes_the_reference_policy_and_not_a_misspelt_one() -> None:
    validator: Any = jsonschema.Draft202012Validator(json.loads(schema_text()))
    policy = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    assert list(validator.iter_errors(policy)) == []
    policy["rules"][0]["otherwhise"] = "decline"
    assert list(validator.iter_errors(policy))
    assert "$schema=schema.json" in REFERENCE.read_text(encoding="utf-8")
