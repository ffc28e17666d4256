"""What a candidate's page says of each state; and that it never runs ahead of the letters."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notify.core.announcement import Announcement
from notify.core.language import Language
from notify.core.person import NOTHING_NEW, OFFERED
from notify.core.view import view
from notify.ledger.looking import Person, Seen
from notify.status.content import Application, Page, page
from notify.status.tokens import Receipt

from .people import DAY, NOW, REASON, WRITING, decision, letter, person


def seen(whom: Person, language: Language = "en", receipt: Receipt | None = None) -> Page:
    return page(whom, NOW + DAY, language, WRITING.names, receipt)


def one(*letters: Seen, **more: Any) -> Application:
    (application,) = seen(person(*letters), **more).applications
    return application


def test_who_advances_sees_where() -> None:
    it = one(letter(decision("advance", track="ai", unit="research")))
    assert (it.state, it.title, it.track, it.unit) == (
        "advance", "Artificial intelligence, AI research", "Artificial intelligence", "AI research",
    )  # fmt: skip
    assert it.decided_at == NOW - 9 * DAY and not it.by_person
    assert not it.may_ask and it.may_withdraw
    assert [(told.at, told.outcome) for told in it.told] == [(NOW - 2 * DAY, "advance")]


def test_who_is_declined_by_the_rules_sees_why_and_may_ask_for_a_person_once() -> None:
    declined = letter(decision("decline"))
    it = one(declined)
    assert (it.state, it.may_ask) == ("decline", True)
    assert it.reasons[0].text == REASON.en and it.reasons[0].change == "1 course in mathematics; needs 2"
    asked = one(declined._replace(review_asked_at=NOW))
    assert asked.review_asked_at == NOW and not asked.may_ask and asked.may_withdraw


def test_who_is_declined_by_a_person_sees_so_and_nobody_by_name() -> None:
    it = one(letter(decision("decline", cause="review", decided_by="Tom", note="No.", reviewed=uuid4())))
    assert it.by_person and not it.reasons and not it.may_ask


def test_of_two_letters_that_say_the_same_the_second_is_told_as_a_persons() -> None:
    first = decision("decline", decided_at=NOW - 3 * DAY)
    again = decision("decline", first.application_id, cause="review", decided_by="Tom", reviewed=first.decision_id)
    shown = seen(person(letter(first, fallen="superseded"), letter(again, told_at=NOW - DAY, sent=(NOW - DAY,))))
    assert [(it.outcome, it.by_person) for it in shown.applications[0].told] == [("decline", False), ("decline", True)]
    html = WRITING.page(shown, "en", None, "token", None)
    assert html.count("it does not go on") == 2 and html.count("it does not go on; a person decided so") == 1
    assert "申请未能进入下一环节，由工作人员决定" in WRITING.page(shown, "zh", None, "token", None)


@pytest.mark.parametrize(
    "made",
    [
        decision("advance"),
        decision("review"),
        decision("decline"),
        decision("decline", cause="review", decided_by="Tom"),
    ],
    ids=["advance", "review", "decline", "decline by a person"],
)
def test_page_and_letter_offer_a_persons_look_by_the_same_rule(made: Any) -> None:
    told = view(
        Announcement((made,), "<a@example.com>", status_url="https://apply.example.com/s/x"), None, "en", WRITING.names
    )
    assert one(letter(made)).may_ask == told.may_ask == (made.outcome == "decline" and made.cause != "review")


def test_the_page_asks_not_to_be_forwarded() -> None:
    shown = seen(person(letter(decision("advance"))))
    assert "Please do not forward it." in WRITING.page(shown, "en", None, "token", None)
    assert "请勿转发" in WRITING.page(shown, "zh", None, "token", None)


def test_who_withdrew_sees_when_and_no_verdict() -> None:
    it = one(letter(decision("decline"), fallen="withdrawn", withdrawn_at=NOW))
    assert (it.state, it.withdrawn_at, it.reasons, it.may_ask, it.may_withdraw) == ("withdrawn", NOW, (), False, False)


def test_a_letter_that_did_not_arrive_is_said_to_have_come_back() -> None:
    it = one(letter(decision("advance"), "failed", told_at=NOW - DAY, sent=(NOW - DAY,)))
    assert it.state == "advance" and it.told[0].came_back
    assert one(letter(decision("advance"), "failed")).state == "undelivered"


def test_a_decision_that_says_the_same_again_is_known() -> None:
    first = decision("decline")
    again = decision("decline", first.application_id, decided_at=NOW - DAY)
    it = one(letter(first, fallen="superseded"), letter(again, "suppressed", cause=NOTHING_NEW))
    assert it.state == "decline" and it.decision_id == again.decision_id


def test_a_decline_beside_an_offer_is_shown_where_no_letter_will_ever_tell_it() -> None:
    offer, decline = letter(decision("advance")), letter(decision("decline"), "suppressed", cause=OFFERED)
    assert [it.state for it in seen(person(offer, decline)).applications] == ["advance", "decline"]


def test_what_was_told_stays_told_while_something_new_is_on_its_way() -> None:
    first = decision("decline")
    it = one(
        letter(first, fallen="superseded"),
        letter(decision("advance", first.application_id, decided_at=NOW), "queued"),
    )
    assert it.state == "open" and [told.outcome for told in it.told] == ["decline"]


def test_a_decision_that_stands_again_is_told_anew_first() -> None:
    """It was told long ago, but the last that the candidate heard is something else."""
    first = decision("advance")
    back = letter(first, "queued", told_at=NOW - 5 * DAY, sent=(NOW - 5 * DAY,))
    other = letter(decision("decline", first.application_id), fallen="superseded")
    it = one(back, other)
    assert it.state == "open" and [told.outcome for told in it.told] == ["advance", "decline"]


def test_times_are_by_the_candidates_clock() -> None:
    it = page(person(letter(decision("advance")), time_zone="Asia/Shanghai"), NOW, "zh", WRITING.names, None)
    assert it.until.utcoffset() == timedelta(hours=8)
    assert it.applications[0].told[0].at.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("wish", ["review", "withdraw"])
def test_a_wish_on_its_way_shows_at_once_but_on_its_own_application_only(wish: Any) -> None:
    declined, other = letter(decision("decline")), letter(decision("decline"))
    receipt = Receipt(wish, declined.decision_id, NOW)
    found = {it.decision_id: it for it in seen(person(declined, other), receipt=receipt).applications}
    it, beside = found[declined.decision_id], found[other.decision_id]
    assert NOW in (it.review_asked_at, it.withdrawn_at) and not it.may_ask
    assert beside.may_ask and beside.withdrawn_at is None and beside.review_asked_at is None


OUTCOMES = st.sampled_from(["advance", "review", "decline"])
UNTOLD = st.sampled_from(
    [("queued", None), ("sending", None), ("held", None), ("failed", None), ("suppressed", "dropped by an operator")]
)


@settings(max_examples=300)
@given(st.data())
def test_never_an_outcome_that_no_letter_told(data: st.DataObject) -> None:
    """Whatever the ledger holds of untold decisions, the page is the same for each of their outcomes."""
    application = uuid4()
    history = [
        letter(decision(outcome, application, decided_at=NOW - 9 * DAY + n * DAY), fallen="superseded")._replace(
            told_at=NOW - 9 * DAY + n * DAY, sent=(NOW - 9 * DAY + n * DAY,)
        )
        for n, outcome in enumerate(data.draw(st.lists(OUTCOMES, max_size=3)))
    ]
    state, cause = data.draw(UNTOLD)
    withdrawn = data.draw(st.sampled_from([None, NOW]))
    untold_id, heard = uuid4(), history[-1].outcome if history else None

    def about(outcome: str) -> str:
        made = decision(
            outcome, application, decision_id=untold_id, decided_at=NOW, track="ai" if outcome == "advance" else None
        )
        fallen = "withdrawn" if withdrawn else None
        standing = letter(made, state, cause=cause, fallen=fallen, withdrawn_at=withdrawn)
        shown = seen(person(standing, *history))
        return WRITING.page(shown, "en", None, "token", None)

    # Where it says word for word what was told last, there is nothing to keep back.
    pages = {about(outcome) for outcome in ("advance", "review", "decline") if outcome != heard}
    assert len(pages) == 1
