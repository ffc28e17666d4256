"""What trying a policy counts: flips, people's verdicts, what each rule does alone, seats."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import orjson
import pytest

from hiring.events.application import Facts
from screening.core.decide import compile_policy
from screening.core.policy import Policy
from screening.core.record import decision_fields
from screening.whatif.further import FirstApplications
from screening.whatif.result import Comparison, Place, Reviewed, RuleEffect, Seats
from screening.whatif.ruling import Ruling, of_decision, of_record
from screening.whatif.tally import Tally

from .whatif_policies import policy

REVISION, OTHER = "ab" * 32, "cd" * 32
OLD = policy(lambda p: p["tracks"][0].pop("score"), lambda p: p["tracks"][0]["rules"].__delitem__(slice(1, None)))
STRICT = policy(
    lambda p: p["tracks"][0].pop("score"),
    lambda p: p["tracks"][0]["rules"].__delitem__(slice(1, None)),
    lambda p: p["tracks"][0]["rules"][0].update(at_least=3),
)


def id_of(number: int) -> bytes:
    return uuid5(UUID(int=0), str(number)).bytes


def facts(courses: int, month: str | None = "2026-06", tracks: tuple[str, ...] = ("ai",)) -> Facts:
    return {
        "education": [{"level": "bachelor", "graduation": month}],
        "courses": [{"name": f"Calculus {number}"} for number in range(courses)] or [{"name": "Pottery"}],
        "preferences": {"tracks": list(tracks), "units": ["research"]},
    }


def compared(
    before: Policy, after: Policy, applications: list[Facts], *, people: dict[int, str] | None = None, shown: int = 10
) -> Comparison:
    """The result of trying `after` where `before` decided, and people some."""
    decide, decide_before, tally = compile_policy(after), compile_policy(before), Tally(shown)
    for number, told in enumerate(applications):
        ruling = of_decision(decide_before(told))
        if people and number in people:
            ruling = ruling._replace(outcome=people[number], by_a_person=True)
        tally.decided(id_of(number), REVISION, ruling)
    for number, told in enumerate(applications):
        decision = decide(told)
        tally.tried(id_of(number), REVISION, of_decision(decision), decision)
    return tally.result({track.id: track.seats for track in after.tracks})


def test_the_same_policy_flips_nothing() -> None:
    found = compared(OLD, OLD, [facts(1), facts(2), facts(3), facts(2, None)])
    assert (found.applications, found.flipped, found.moved, found.flips) == (4, 0, 0, [])
    assert found.before == found.after == {"advance": 2, "review": 1, "decline": 1}


def test_a_stricter_rule_flips_those_it_asks_too_much_of() -> None:
    found = compared(OLD, STRICT, [facts(1), facts(2), facts(2), facts(3)])
    assert (found.flipped, found.moved) == (2, 0)
    (flip,) = found.flips
    assert (flip.before, flip.after) == (Place("advance", "ai", "research"), Place("decline", "ai", "research"))
    assert flip.applications == 2
    assert found.seats == [Seats("ai", 2, before=3, after=1), Seats("general", 3, before=0, after=0)]
    example = found.examples[0]
    assert example.application_id == str(UUID(bytes=min(id_of(1), id_of(2))))
    assert [(rule.rule, rule.observed) for rule in example.because] == [("mathematics", "2 of 2 courses")]


def test_a_gentler_rule_names_what_stood_in_the_way() -> None:
    found = compared(STRICT, OLD, [facts(2)])
    (example,) = found.examples
    assert [rule.rule for rule in example.because] == ["mathematics"]
    assert (example.before.outcome, example.after.outcome) == ("decline", "advance")


def test_who_advances_on_another_track_has_moved() -> None:
    found = compared(OLD, STRICT, [facts(2, tracks=("ai", "general"))])
    assert (found.flipped, found.moved) == (0, 1)
    assert found.flips[0].after == Place("advance", "general", None)
    assert [rule.rule for rule in found.examples[0].because] == ["mathematics"]


def test_what_a_person_decided_is_said_apart() -> None:
    found = compared(OLD, STRICT, [facts(2), facts(2)], people={0: "decline"})
    assert found.reviewed == [Reviewed("decline", "decline", 1)]
    assert found.before == {"advance": 1, "review": 0, "decline": 0}
    assert found.flipped == 1
    assert found.seats[0] == Seats("ai", 2, before=1, after=0)


def test_whom_a_person_let_advance_keeps_the_seat_and_the_undecided_have_none() -> None:
    decide, tally = compile_policy(STRICT), Tally()
    tally.decided(id_of(0), REVISION, Ruling("advance", "ai", None, (), by_a_person=True))
    for number, told in enumerate([facts(2), facts(3), facts(3)]):
        decision = decide(told)
        assert (decision.outcome == "advance") is (number > 0)
        tally.tried(id_of(number), REVISION, of_decision(decision), decision)
    assert tally.result({"ai": 2}).seats == [Seats("ai", 2, before=1, after=1)]


@pytest.mark.parametrize(
    ("told", "alone"),
    [
        (facts(1), [RuleEffect("ai", "mathematics", 1, 0, 1, 1)]),
        (facts(1, "2024-01"), [RuleEffect("", "graduation", 1, 0, 0, 0), RuleEffect("ai", "mathematics", 1, 0, 0, 0)]),
        (facts(2, "2024-01"), [RuleEffect("", "graduation", 1, 0, 1, 1)]),
        (facts(1, None), [RuleEffect("ai", "mathematics", 1, 0, 1, 0), RuleEffect("", "graduation", 0, 1, 0, 0)]),
        (facts(2, None), [RuleEffect("", "graduation", 0, 1, 0, 1)]),
        (facts(1, tracks=("ai", "general")), [RuleEffect("ai", "mathematics", 1, 0, 0, 0)]),
        # On either track graduation is all there is against it, or all but mathematics.
        (
            facts(1, "2024-01", ("ai", "general")),
            [RuleEffect("", "graduation", 1, 0, 1, 1), RuleEffect("ai", "mathematics", 1, 0, 0, 0)],
        ),
    ],
)
def test_what_a_rule_does_alone(told: Facts, alone: list[RuleEffect]) -> None:
    assert compared(OLD, OLD, [told]).rules == alone


def test_a_score_counts_as_a_rule() -> None:
    scored = policy(lambda p: p["tracks"][0]["rules"].__delitem__(slice(1, None)))
    told = facts(2) | {"projects": [{"title": "x"}]}
    found = compared(OLD, scored, [told])
    # 20 of 60 for the courses, 10 of 40 for the project: in the band that goes to a person.
    assert found.rules == [RuleEffect("ai", "score", 1, 0, 0, 1)]
    assert [(rule.rule, rule.observed, rule.required) for rule in found.examples[0].because] == [
        ("score", "30 points", "50 points")
    ]


def test_the_newest_counts_and_the_forgotten_do_not() -> None:
    decide, tally = compile_policy(STRICT), Tally()

    def tried(number: int, revision: str, told: Facts) -> None:
        decision = decide(told)
        tally.tried(id_of(number), revision, of_decision(decision), decision)

    advance = Ruling("advance", "ai", "research", ())
    for number in range(4):
        tally.decided(id_of(number), REVISION, advance)
    tally.undecided(id_of(3))
    tried(0, REVISION, facts(1))
    tried(0, OTHER, facts(3))
    tried(1, REVISION, facts(1))
    tally.forgotten(id_of(1))
    tried(2, REVISION, facts(3))
    tried(3, REVISION, facts(3))
    found = tally.result({})
    assert (found.applications, found.undecided, found.earlier_revision) == (3, 1, 1)
    assert found.after == {"advance": 2, "review": 0, "decline": 0}
    assert (found.flips, found.examples) == ([], [])


def test_only_so_many_examples_are_kept() -> None:
    """Those with the lowest ids, in whatever order they are read."""
    found = compared(OLD, STRICT, [facts(2)] * 5, shown=3).examples
    assert [example.application_id for example in found] == sorted(str(UUID(bytes=id_of(n))) for n in range(5))[:3]


def test_what_is_as_frequent_comes_in_a_fixed_order() -> None:
    told = [facts(2), facts(2, tracks=("ai", "general"))]
    assert compared(OLD, STRICT, told).flips == compared(OLD, STRICT, told[::-1]).flips


def test_a_published_decision_is_read_with_or_without_later_fields() -> None:
    record: dict[str, Any] = {"outcome": "review", "reasons": [{"rule": "degree", "en": "", "zh": ""}]}
    assert of_record(record) == Ruling("review", None, None, ("degree",))
    assert of_record({**record, "track": "ai", "cause": "review"}).by_a_person


def test_what_is_published_of_a_decision_compares_equal_to_it() -> None:
    scored = policy(lambda p: p["tracks"][0]["rules"].__delitem__(slice(1, None)))
    for told in (facts(1), facts(2, None), facts(3, tracks=("general", "ai")), facts(6)):
        decision = compile_policy(scored)(told)
        published = of_record(orjson.loads(orjson.dumps(decision_fields(decision))))
        ruling = of_decision(decision)
        assert published[:5] == ruling[:5]
        assert [lapse[:3] for lapse in published.lapses] == [lapse[:3] for lapse in ruling.lapses]


def test_only_what_changed_is_named_as_the_difference() -> None:
    # Mathematics stands against it before and after; the graduation month no longer does.
    later = policy(
        lambda p: p["tracks"][0].pop("score"),
        lambda p: p["rules"][0].update(latest="2026-12"),
        lambda p: p["tracks"][0]["rules"].__delitem__(slice(1, None)),
    )
    (example,) = compared(OLD, later, [facts(1, "2026-11", ("ai", "general"))]).examples
    assert [rule.rule for rule in example.because] == ["graduation"]


def test_the_first_application_is_the_one_submitted_first() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    firsts, candidate = FirstApplications(), "ef" * 32
    assert firsts.further(candidate, id_of(1), late) is None
    assert firsts.further(candidate, id_of(1), late) is None
    assert firsts.further(candidate, id_of(2), early) == id_of(1)
    assert firsts.further(candidate, id_of(1), late) == id_of(1)
    assert firsts.further("01" * 32, id_of(3), late) is None


def test_one_that_turns_out_to_be_further_goes_to_a_person() -> None:
    decide, tally = compile_policy(OLD), Tally()
    decision = decide(facts(3))
    tally.decided(id_of(0), REVISION, of_decision(decision))
    tally.tried(id_of(0), REVISION, of_decision(decision), decision)
    tally.further(id_of(0), before=False, after=True)
    found = tally.result({})
    assert found.after == {"advance": 0, "review": 1, "decline": 0}
    assert [rule.rule for rule in found.rules] == ["one-application"]


def test_what_is_a_further_application_is_no_example_any_more() -> None:
    tally, decision = Tally(), compile_policy(STRICT)(facts(3))
    tally.decided(id_of(0), REVISION, Ruling("review", "ai", "research", ()))
    tally.tried(id_of(0), REVISION, of_decision(decision), decision)
    assert len(tally.result({}).examples) == 1
    tally.further(id_of(0), before=False, after=True)
    found = tally.result({})
    assert (found.flips, found.examples) == ([], [])


@pytest.mark.parametrize(
    ("projects", "verdict"),
    [
        ([True], "fail"),  # 30 points: in the band for certain
        ([True, None], "fail"),  # 30 to 40
        ([True, None, None, None], "unknown"),  # 30 to 60
        ([False], "fail"),  # 20
        ([False, None], "unknown"),  # 20 to 30: below the band or in it
        ([], "unknown"),
    ],
)
def test_a_score_is_not_told_only_where_it_is_open(projects: list[bool | None], verdict: str) -> None:
    scored = policy(
        lambda p: p["tracks"][0]["rules"].__delitem__(slice(1, None)),
        lambda p: p["tracks"][0]["score"]["components"][1].update(ai=True),
    )
    decision = compile_policy(scored)(facts(2) | {"projects": [{"title": "x", "ai": ai} for ai in projects]})
    published = of_record(orjson.loads(orjson.dumps(decision_fields(decision))))
    for ruling in (of_decision(decision), published):
        assert [lapse.verdict for lapse in ruling.lapses if lapse.rule == "score"] == [verdict]
