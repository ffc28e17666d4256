"""What an operator reads when two policies are compared, and when one is checked."""

from typing import Any

import pytest

from screening.whatif.describe import sentences
from screening.whatif.diff import differences
from screening.whatif.remarks import remarks

from .whatif_policies import Change, policy, rule, saying


def ai(content: dict[str, Any]) -> Any:
    return content["tracks"][0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: p.update(version="2"), ["the version goes from 1 to 2"]),
        (
            lambda p: p["rules"][0].update(latest="2026-12"),
            ["graduation: the latest month goes from 2026-10 to 2026-12"],
        ),
        (
            lambda p: p["rules"][0].update(otherwise="review"),
            ["graduation: failing it now goes to a person (before: declines)"],
        ),
        (
            lambda p: p["rules"][0].update(if_unknown="pass"),
            ["graduation: what becomes of those who do not say goes from review to pass"],
        ),
        (
            lambda p: p["rules"][0].update(reason=saying("No.")),
            [
                "graduation: the reason in English is now “No.” (was “graduation fails.”)",
                "graduation: the reason in Chinese is now “中文 No.” (was “中文 graduation fails.”)",
            ],
        ),
        (
            lambda p: ai(p)["rules"][0].update(at_least=3),
            ["ai, mathematics: now asks for at least 3 courses (was 2)"],
        ),
        (
            lambda p: ai(p)["rules"][2].update(at_least="3.5 of 4"),
            ["ai, grade: now asks for at least 3.5 of 4 (was 3 of 4)"],
        ),
        (
            lambda p: ai(p)["rules"].pop(2),
            ["ai: the rule grade is gone (was: grade at least 3.0 of 4.0; failing it sends to a person)"],
        ),
        (
            lambda p: p["rules"].append(rule("degree", "studies", levels=["bachelor", "master"])),
            ["the rule degree is new: bachelor or master; failing it declines"],
        ),
        (
            lambda p: ai(p)["rules"].__setitem__(2, rule("grade", "projects", at_least=1)),
            [
                "ai: the rule grade is now another: at least 1 project; failing it declines "
                "(was: grade at least 3.0 of 4.0; failing it sends to a person)"
            ],
        ),
        (lambda p: ai(p).update(seats=5), ["ai: the seats go from 2 to 5"]),
        (
            lambda p: ai(p).update(units=["cloud", "games"]),
            ["ai: the unit research is gone", "ai: the unit games is new"],
        ),
        (lambda p: p["tracks"].pop(), ["the track general is gone (was: seats 3, units cloud)"]),
        (
            lambda p: p["tracks"].append({"id": "design", "seats": 4, "units": ["cloud"]}),
            ["the track design is new: seats 4, units cloud"],
        ),
        (lambda p: ai(p)["score"].update(advance_from=55), ["ai, score: the score to advance goes from 50 to 55"]),
        (
            lambda p: [part.update(weight=50) for part in ai(p)["score"]["components"]],
            [
                "ai, score, courses: the weight goes from 60 to 50",
                "ai, score, projects: the weight goes from 40 to 50",
            ],
        ),
        (lambda p: p["courses"]["mathematics"].append("algebra"), ["courses, mathematics: now also algebra"]),
        (
            lambda p: p.update(decline_needs_a_person=True),
            ["whether a person sees each decline is now yes (was no)"],
        ),
        (lambda p: ai(p)["rules"].reverse(), []),
        (lambda p: p["tracks"][1].update(rules=[]), []),
    ],
)
def test_a_change_is_told_in_a_sentence(change: Change, told: list[str]) -> None:
    assert [str(found) for found in differences(policy(), policy(change))] == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"latest": "2026-12"},
            "graduation: asks for something else in the same words: is its reason in English and Chinese still",
        ),
        (
            {"latest": "2026-12", "reason": {"en": "New.", "zh": "中文 graduation fails."}},
            "is its reason in Chinese still true?",
        ),
        ({"latest": "2026-12", "reason": saying("New.")}, None),
        ({"otherwise": "review", "if_unknown": "pass"}, None),
    ],
)
def test_a_rule_that_asks_for_something_else_in_the_same_words_is_remarked(
    changes: dict[str, Any], told: str | None
) -> None:
    found = list(remarks(policy(), policy(lambda p: p["rules"][0].update(changes))))
    assert len(found) == (told is not None)
    assert all(told in remark for remark in found if told)


def test_a_group_of_conditions_is_told_as_decisions_word_it() -> None:
    (found,) = differences(policy(), policy(lambda p: ai(p)["rules"][1]["of"][1].update(at_least=3)))
    assert found.place == "ai, either"
    assert "3 projects" in found.text
    assert "2 projects" in found.text


def test_a_score_that_is_new_or_gone_is_told() -> None:
    without = policy(lambda p: ai(p).pop("score"))
    assert [str(found)[:21] for found in differences(without, policy())] == ["ai: the score is now "]
    assert [str(found)[:29] for found in differences(policy(), without)] == ["ai: the score is no longer se"]


def test_a_checked_policy_tells_its_rules_tracks_seats_and_score() -> None:
    told = "\n".join(sentences(policy()))
    for words in (
        "small, version 1, for the programme drive",
        policy().digest(),
        "graduation: graduates 2025-11 to 2026-10; failing it declines",
        "track ai: 2 seats, in cloud, research; 3 rules more",
        "grade: ",
        "a score of 100 points: advances from 50, to a person from 30, declined below 30",
        "courses: up to 60 points",
        "track general: 3 seats, in cloud; 0 rules more",
    ):
        assert words in told
