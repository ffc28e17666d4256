"""The ledger at its edges, on a real Postgres: what comes at once, again, or while a letter is under way."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from hiring.consumer import Tombstone
from hiring.topics import CONTACTS, DECISIONS
from notify.core.calendar import Calendar, Season
from notify.core.fate import Fate
from notify.core.person import OFFERED

from .notify_stand import (
    NOT_TRIED,
    NOW,
    Place,
    contact,
    decision,
    erased,
    pause,
    plan,
    someone,
    told,
    withdrawn,
)

pytestmark = pytest.mark.stack

IN_THREE_DAYS = Calendar(default=Season(release=datetime.now(UTC) + timedelta(days=3)))


# -- who is forgotten ------------------------------------------------------------------------------------------


async def test_the_letter_of_who_was_erased_while_its_worker_died_comes_to_rest(place: Place) -> None:
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    await place.claim()
    await place.enter(erased(person))
    await place.end_leases()
    await place.claims()
    await place.tending.join_up()
    assert await place.letter("state, fallen", one) == ("suppressed", "erased")


async def test_letters_of_people_without_a_contact_do_not_stand_in_the_way_of_others(place: Place) -> None:
    gone = [someone() for _ in range(5)]
    await place.enter(*map(contact, gone), *map(decision, gone))
    await place.claim()
    await place.enter(*(Tombstone(CONTACTS, it) for it in gone))
    await place.end_leases()
    other = someone()
    one = decision(other)
    await place.enter(contact(other), one)
    assert told(await place.claim(3)) == [{one.decision_id}]


@pytest.mark.parametrize("by_tombstone", [False, True])
async def test_who_applies_with_the_same_facts_after_an_erasure_hears_like_anybody(
    place: Place, by_tombstone: bool
) -> None:
    person, application = someone(), uuid4()
    one = decision(person, application)
    await place.enter(contact(person), one)
    await place.send()
    await place.enter(erased(person, 60), *([Tombstone(DECISIONS, str(application))] if by_tombstone else []))
    await place.enter(one)
    assert await place.letter("fallen, candidate_id", one) == ("erased", None), "what was submitted before stays away"
    again = one.model_copy(update={"submitted_at": NOW + timedelta(minutes=90)})
    await place.enter(contact(person, minutes=90), again)
    (letter,) = await place.send()
    assert told([letter]) == [{one.decision_id}] and not letter.corrects


async def test_a_tombstone_that_is_read_again_leaves_what_came_after_it(place: Place) -> None:
    person, application = someone(), uuid4()
    one, two = decision(person, application), decision(person, application, minutes=90)
    await place.enter(contact(person), one)
    planned = plan([Tombstone(DECISIONS, str(application)), two])
    for _ in range(2):
        await place.enter_plan(planned)
    assert told(await place.send()) == [{two.decision_id}]
    assert await place.letter("fallen", one) == ("erased",)


async def test_an_erased_persons_withdrawals_are_forgotten_and_later_ones_are_not(place: Place) -> None:
    person = someone()
    one, two = decision(person), decision(person, minutes=90)
    await place.enter(contact(person), one, two, withdrawn(one), withdrawn(two, 120))
    await place.enter(erased(person))
    assert await place.pool.fetchval("SELECT array_agg(application_id) FROM withdrawals") == [two.application_id]


async def test_what_failed_and_was_erased_is_no_operators_any_more(place: Place) -> None:
    person = someone()
    await place.enter(contact(person), decision(person))
    (letter,) = await place.claim()
    await place.record(Fate("failed", "RCPT 550"), letter)
    assert (await place.tending.count()).failed == 1
    await place.enter(erased(person))
    assert (await place.tending.count()).failed == 0
    assert await place.letters("state") == [("failed",)]


# -- what stands -----------------------------------------------------------------------------------------------


async def test_a_decision_that_stands_again_while_its_letter_is_under_way_is_told(place: Place) -> None:
    person, application = someone(), uuid4()
    one, two = decision(person, application, say="one"), decision(person, application, say="two")
    await place.enter(contact(person), one)
    (letter,) = await place.claim()
    await place.enter(two)
    assert await place.claiming.standing([letter]) == set()
    await place.enter(one)
    assert await place.claiming.standing([letter]) == {letter.message_id}
    await place.record(NOT_TRIED, letter)
    assert told(await place.send()) == [{one.decision_id}]
    assert await place.letter("fallen", two) == ("superseded",)


async def test_what_waits_is_known_to_be_submitted_anew_beside_another_decision(place: Place) -> None:
    place.calendar = IN_THREE_DAYS
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    await place.claims()
    await place.enter(one.model_copy(update={"submitted_at": NOW + timedelta(minutes=90)}), decision(person))
    await place.enter(withdrawn(one, 60))
    assert await place.letter("state, fallen", one) == ("queued", None), "it was submitted after the withdrawal"


async def test_what_waits_falls_where_its_person_is_decided_on_twice_at_once(place: Place) -> None:
    place.calendar = IN_THREE_DAYS
    person, application = someone(), uuid4()
    one = decision(person, application)
    await place.enter(contact(person), one)
    await place.claims()
    await place.enter(decision(person, application), decision(person))
    assert await place.letter("state, fallen", one) == ("suppressed", "superseded")


# -- beside an offer -------------------------------------------------------------------------------------------


async def test_an_offer_that_was_decided_anew_and_says_the_same_was_told(place: Place) -> None:
    person, application = someone(), uuid4()
    for _ in range(2):
        await place.enter(contact(person), decision(person, application, outcome="advance", say="the same"))
        await place.send()
    late = decision(person, outcome="decline")
    await place.enter(late)
    await place.claims()
    assert await place.letter("state, cause", late) == ("suppressed", OFFERED)


async def test_a_rejection_given_back_in_a_pause_does_not_go_out_beside_the_offer_that_came_meanwhile(
    place: Place,
) -> None:
    person = someone()
    declined, offer = decision(person, outcome="decline"), decision(person, outcome="advance")
    await place.enter(contact(person), declined)
    (letter,) = await place.claim()
    await place.enter(pause(True, 1))
    await place.record(NOT_TRIED, letter)
    await place.enter(offer, pause(False, 2))
    assert told(await place.send()) == [{offer.decision_id}]
    await place.pool.execute("UPDATE letters SET due_at = now() WHERE state = 'queued'")
    await place.claims()
    assert await place.letter("state, cause", declined) == ("suppressed", OFFERED)


@pytest.mark.parametrize("how", ["withdrawn", "superseded"])
async def test_a_decline_that_went_untold_beside_an_offer_is_told_when_the_offer_falls(place: Place, how: str) -> None:
    person, application = someone(), uuid4()
    offer = decision(person, application, outcome="advance")
    await place.enter(contact(person), offer)
    await place.send()
    late = decision(person, outcome="decline")
    await place.enter(late)
    await place.claims()
    assert await place.letter("state", late) == ("suppressed",)
    corrected = decision(person, application, outcome="decline")
    await place.enter(withdrawn(offer) if how == "withdrawn" else corrected)
    now_told = {late.decision_id} | ({corrected.decision_id} if how == "superseded" else set())
    assert told(await place.send()) == [now_told]


# -- while it is written ---------------------------------------------------------------------------------------


async def test_a_part_of_a_letter_does_not_go_out_while_the_rest_is_being_written_down(place: Place) -> None:
    person = someone()
    await place.enter(contact(person), decision(person), decision(person))
    (letter,) = await place.claim()
    await place.end_leases()
    async with place.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM letters WHERE decision_id = $1 FOR UPDATE", letter.parts[0].decision_id)
        assert await place.claim() == []


async def test_that_a_held_letter_was_taken_after_all_is_told_though_the_first_telling_is_lost(place: Place) -> None:
    place.hold = True
    person = someone()
    await place.enter(contact(person), decision(person))
    (letter,) = await place.claim()
    await place.end_leases()
    await place.results.mark_published((await place.claims()).at_rest)
    await place.record(Fate("sent"), letter)
    assert [it.state for it in await place.results.unpublished(timedelta(), 10)] == ["sent"]
