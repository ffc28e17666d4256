"""What becomes of one person's letters that are due."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.core.calendar import QuietHours, Season
from notify.core.person import IN_DOUBT, NOTHING_NEW, OFFERED, Known, Ruling, rule

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)
SPACE = UUID("6f1c1d6e-4a2b-5b0e-9a35-0d6a4f2b7c11")


def letter(name: str, outcome: str = "decline", application: str = "", **more: Any) -> Known:
    told: dict[str, Any] = {
        "decision_id": uuid5(SPACE, name),
        "application_id": uuid5(SPACE, f"application {application or name}"),
        "outcome": outcome,
        "says": f"{outcome} {name}",
        "fallen": None,
        "state": "queued",
        "decided_at": NOW,
        "created_at": NOW,
        "told_at": None,
        "message_id": None,
        "due": True,
    }
    return Known(**(told | more))


def ruled(*letters: Known, season: Season | None = None, hold: bool = False, now: datetime = NOW) -> Ruling:
    return rule(letters, season or Season(), None, now, hold_in_doubt=hold, domain="hiring.example")


def test_a_letter_that_stands_is_sent_under_a_name_derived_from_its_decision() -> None:
    one = letter("a")
    assert ruled(one).send == {one.decision_id: f"<{one.decision_id}@hiring.example>"}
    assert ruled(one).send == ruled(one, now=NOW + timedelta(days=3)).send


def test_decisions_of_several_applications_are_told_in_one_letter() -> None:
    advance, decline = letter("a", "advance"), letter("b", "decline")
    ruling = ruled(decline, advance)
    assert set(ruling.send) == {advance.decision_id, decline.decision_id}
    assert len(set(ruling.send.values())) == 1


@pytest.mark.parametrize("why", ["superseded", "withdrawn", "erased"])
def test_what_no_longer_stands_is_suppressed_even_where_it_was_begun(why: str) -> None:
    one = letter("a", fallen=why, message_id="<a@hiring.example>", abandoned=True)
    assert ruled(one, hold=True).rest == {one.decision_id: ("suppressed", why)}


def test_a_revision_that_says_the_same_is_no_second_letter() -> None:
    before = letter("a", application="x", says="same", told_at=EARLIER, state="sent", fallen="superseded", due=False)
    after = letter("b", application="x", says="same")
    assert ruled(before, after).rest == {after.decision_id: ("suppressed", NOTHING_NEW)}
    other = letter("c", application="x", says="other")
    assert set(ruled(before, other).send) == {other.decision_id}


def test_who_heard_something_else_since_hears_the_first_again_under_a_new_name() -> None:
    first = letter("a", application="x", says="one", told_at=EARLIER - timedelta(days=1), begun=1)
    since = letter("b", application="x", says="two", told_at=EARLIER, state="sent", fallen="superseded", due=False)
    name = ruled(first, since).send[first.decision_id]
    assert name != f"<{first.decision_id}@hiring.example>" and name.endswith("@hiring.example>")


@pytest.mark.parametrize("state", ["sent", "failed"])
def test_nobody_who_was_offered_a_place_is_rejected_by_letter(state: str) -> None:
    offer = letter("a", "advance", state=state, told_at=EARLIER, due=False)
    decline = letter("b")
    assert ruled(offer, decline).rest == {decline.decision_id: ("suppressed", OFFERED)}


def test_an_offer_that_an_operator_dropped_was_told_by_the_operator() -> None:
    offer, decline = letter("a", "advance", state="suppressed", due=False), letter("b")
    assert ruled(offer, decline).rest == {decline.decision_id: ("suppressed", OFFERED)}


def test_a_letter_that_was_told_and_stands_again_with_nothing_told_since_counts_as_sent() -> None:
    first = letter("a", application="x", says="one", told_at=EARLIER, begun=1)
    since = letter("b", application="x", says="two", state="suppressed", fallen="superseded", due=False)
    assert ruled(first, since).rest == {first.decision_id: ("sent", NOTHING_NEW)}


def test_an_offer_that_no_longer_stands_is_none() -> None:
    offer = letter("a", "advance", state="sent", told_at=EARLIER, due=False, fallen="superseded")
    decline = letter("b", application="a")
    assert set(ruled(offer, decline).send) == {decline.decision_id}


@pytest.mark.parametrize("state", ["queued", "sending", "held", "failed"])
def test_a_decline_waits_for_an_offer_that_is_still_to_be_told(state: str) -> None:
    offer = letter("a", "advance", state=state, due=False)
    decline = letter("b")
    ruling = ruled(offer, decline)
    assert not ruling.send and ruling.wait[decline.decision_id][0] > NOW


def test_a_decline_waits_as_long_as_the_offer_does() -> None:
    season = Season(release={"advance": NOW + timedelta(days=2)})
    offer, decline = letter("a", "advance"), letter("b")
    ruling = ruled(offer, decline, season=season)
    assert {until for until, _ in ruling.wait.values()} == {NOW + timedelta(days=2)}


def test_a_decline_waits_while_another_application_is_with_a_person() -> None:
    review = letter("a", "review", state="sent", told_at=EARLIER, due=False)
    decline = letter("b")
    assert list(ruled(review, decline).wait) == [decline.decision_id]
    assert set(ruled(letter("a", "review"), letter("c", "advance")).send) == {
        uuid5(SPACE, "a"),
        uuid5(SPACE, "c"),
    }


def test_what_may_have_arrived_is_sent_again_or_held_as_the_setting_says() -> None:
    one = letter("a", state="sending", message_id="<a@hiring.example>", abandoned=True)
    assert ruled(one).send == {one.decision_id: "<a@hiring.example>"}
    assert ruled(one, hold=True).rest == {one.decision_id: ("held", IN_DOUBT)}


def test_a_letter_that_was_begun_goes_as_it_was_and_what_came_since_goes_after_it() -> None:
    begun = letter("a", message_id="<a@hiring.example>")
    since = letter("b")
    ruling = ruled(begun, since)
    assert ruling.send == {begun.decision_id: "<a@hiring.example>"}
    assert list(ruling.wait) == [since.decision_id]


def test_a_letter_is_not_sent_in_the_night_even_when_it_was_begun() -> None:
    season = Season(quiet_hours=QuietHours(begin="11:00", end="13:00"))
    begun = letter("a", message_id="<a@hiring.example>")
    assert ruled(begun, season=season).wait == {
        begun.decision_id: (NOW + timedelta(hours=1), "quiet hours"),
    }


def test_the_time_to_gather_begins_anew_with_each_decision() -> None:
    season = Season(gather_minutes=10)
    old = letter("a", created_at=NOW - timedelta(minutes=9))
    assert ruled(old, season=season).wait[old.decision_id][0] == NOW + timedelta(minutes=1)
    new = letter("b", created_at=NOW)
    assert ruled(old, new, season=season).wait[old.decision_id][0] == NOW + timedelta(minutes=10)


KNOWN = st.builds(
    letter,
    st.uuids().map(str),
    outcome=st.sampled_from(["advance", "review", "decline"]),
    application=st.sampled_from(["x", "y", "z"]),
    fallen=st.sampled_from([None, None, "superseded", "withdrawn"]),
    state=st.sampled_from(["queued", "sending"]),
    told_at=st.sampled_from([None, EARLIER]),
    says=st.sampled_from(["one", "two", None]),
    message_id=st.sampled_from([None, None, "<a@hiring.example>", "<b@hiring.example>"]),
    due=st.booleans(),
    abandoned=st.booleans(),
)


@given(st.lists(KNOWN, min_size=1, max_size=6), st.booleans())
def test_every_letter_that_is_due_is_ruled_on_once_and_no_other_is(letters: list[Known], hold: bool) -> None:
    ruling = ruled(*letters, hold=hold, season=Season(release={"review": NOW + timedelta(days=1)}))
    spoken = [*ruling.send, *ruling.rest, *ruling.wait]
    assert sorted(spoken) == sorted(it.decision_id for it in letters if it.due)
    standing = {it.decision_id for it in letters if it.fallen is None}
    assert set(ruling.send) <= standing
    fresh = [
        name
        for id_, name in ruling.send.items()
        if next(it for it in letters if it.decision_id == id_).message_id is None
    ]
    assert len(set(fresh)) <= 1 and (not fresh or len(set(ruling.send.values())) == 1)
