"""What the read model makes of events, whatever their order and however often they come."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from console.core.happenings import Event, Happening, Happenings, Place
from console.core.projection import Cell, Effect, Standing, project
from hiring.topics import APPLICATIONS, DECISIONS

from .happened import (
    decided,
    forgotten,
    happening,
    id_of,
    minute,
    review_given,
    review_requested,
    settled,
    submitted,
    told,
    withdrawn,
)

ALL = ("ai-internships-2026", "advance", "ai", "research")


def after(*events: Event, n: int = 1) -> Effect:
    return project({}, {}, [happening(n, event) for event in events])


def one(effect: Effect) -> Standing:
    standing = effect.standings[id_of(1)]
    assert standing is not None
    return standing


def test_an_application_is_accepted_then_decided_then_told() -> None:
    assert after(submitted(1)).cells == {Cell("ai-internships-2026", "", "", "", "", False): 1}
    assert after(submitted(1), decided(1)).cells == {Cell(*ALL, "", False): 1}
    assert after(submitted(1), decided(1), told(1)).cells == {Cell(*ALL, "sent", False): 1}


def test_topics_are_read_side_by_side_and_any_order_tells_the_same() -> None:
    assert after(told(1), decided(1)).cells == {}, "it counts once the application itself is here"
    assert after(told(1), decided(1), submitted(1)).cells == {Cell(*ALL, "sent", False): 1}


def test_a_later_decision_stands_and_the_letter_is_its_own() -> None:
    reviewed = decided(1, "decline", at=5, name="review", cause="review", decided_by="li.na")
    effect = after(submitted(1), decided(1, "review"), told(1), reviewed)
    assert (one(effect).outcome, one(effect).decided_by, one(effect).letter) == ("decline", "li.na", "")
    effect = after(submitted(1), decided(1, "review"), reviewed, told(1, "sent", 6, "review"), told(1, "suppressed", 7))
    assert one(effect).letter == "sent", "the news of the earlier letter changes nothing"


def test_news_of_a_letter_holds_by_when_it_was_recorded() -> None:
    for state in "failed", "suppressed", "held":
        assert one(after(submitted(1), decided(1), told(1, "sent", 2), told(1, state, 4))).letter == state
        assert one(after(submitted(1), decided(1), told(1, state, 4), told(1, "sent", 2))).letter == state


def test_a_correction_is_a_second_line_and_the_newest_facts() -> None:
    effect = after(submitted(1), submitted(1, at=9, revision=2))
    assert [(it.kind, it.at) for it in effect.lines] == [("submitted", minute(0)), ("submitted", minute(9))]
    assert (one(effect).submitted_at, effect.last_arrived) == (minute(9), minute(30))


def test_a_withdrawn_application_that_is_sent_again_stands() -> None:
    assert one(after(submitted(1), withdrawn(1, 3))).withdrawn
    assert not one(after(submitted(1), withdrawn(1, 3), submitted(1, at=4))).withdrawn
    assert not one(after(withdrawn(1, 3), submitted(1, at=4))).withdrawn


def test_every_event_leaves_a_line_and_no_word_of_the_candidate() -> None:
    effect = after(submitted(1), decided(1), review_requested(1), review_given(1), withdrawn(1), settled(1), told(1))
    assert [it.kind for it in effect.lines] == [
        "submitted",
        "decided",
        "review-requested",
        "review-given",
        "withdrawn",
        "letter-settled",
        "letter",
    ]
    said = [it.kind for it in effect.lines if "because" in it.details.values()]
    assert said == ["review-given", "letter-settled"], "why somebody withdraws is theirs"


def test_a_tombstone_forgets_and_news_from_before_it_is_not_taken() -> None:
    effect = after(submitted(1), decided(1), told(1), forgotten(APPLICATIONS), forgotten(DECISIONS))
    assert effect.standings[id_of(1)] is None
    assert (effect.cells, effect.lines, effect.wiped) == ({}, [], {id_of(1)})
    late = project({}, effect.forgotten, [happening(1, told(1, at=4)), happening(1, withdrawn(1, 4))])
    assert (late.standings, late.lines) == ({}, [])


def test_who_applies_again_after_being_forgotten_is_here_again() -> None:
    gone = after(submitted(1), decided(1), forgotten(APPLICATIONS), forgotten(DECISIONS))
    again = project({}, gone.forgotten, [happening(1, decided(1, at=7)), happening(1, submitted(1, at=6))])
    assert again.cells == {Cell(*ALL, "", False): 1}


def test_what_is_applied_already_is_not_applied_again() -> None:
    batch = Happenings([happening(1, submitted(1), 4), happening(2, submitted(2), 5)], [], [Place(APPLICATIONS, 0, 4)])
    left = batch.beyond({(APPLICATIONS, 0): 5})
    assert [it.place.offset for it in left.applications] == [5]
    assert left.places == []


EVENTS = st.one_of(
    st.builds(submitted, n := st.integers(1, 3), at := st.integers(0, 9), st.integers(1, 3)),
    st.builds(decided, n, st.sampled_from(["advance", "review", "decline"]), at, st.integers(1, 3)),
    st.builds(told, n, st.sampled_from(["sent", "failed", "suppressed", "held"]), at, st.integers(1, 3)),
    st.builds(withdrawn, n, at),
    st.builds(review_requested, n, at),
)
FORGETS = st.tuples(n, st.builds(forgotten, st.sampled_from([APPLICATIONS, DECISIONS]), at))


def _happening(it: object) -> Happening:
    if isinstance(it, tuple):
        return happening(*it)
    return Happening(Place(APPLICATIONS, 0, 0), it.application_id, it, minute(30))  # type: ignore[attr-defined]


@given(st.lists(st.lists(st.one_of(EVENTS, FORGETS), max_size=8), max_size=8))
def test_the_counters_are_what_a_full_recount_says(batches: Sequence[Sequence[object]]) -> None:
    standings: dict[UUID, Standing] = {}
    gone: dict[UUID, datetime] = {}
    counted: Counter[Cell] = Counter()
    for batch in batches:
        effect = project(standings, gone, [_happening(it) for it in batch])
        gone |= effect.forgotten
        standings = {id_: it for id_, it in effect.standings.items() if it is not None}
        counted.update(effect.cells)
    recount = Counter(cell for it in standings.values() if (cell := it.cell()))
    assert {cell: n for cell, n in counted.items() if n} == recount
