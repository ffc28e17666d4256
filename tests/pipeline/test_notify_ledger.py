"""The ledger on a real Postgres: who holds a letter, what still stands, and what is told together."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from hiring.consumer import Tombstone
from hiring.events.answer import CommandAnswered
from hiring.topics import CONTACTS, DECISIONS
from notify.consumer import NotifyStep
from notify.core.calendar import Calendar, Season
from notify.core.fate import Fate
from notify.core.person import NOTHING_NEW, OFFERED
from notify.ledger.entering import Entering
from notify.ledger.results import Result

from .notify_stand import (
    KEY,
    LEASE,
    NOT_TRIED,
    NOW,
    Place,
    contact,
    decision,
    drive,
    erased,
    look_wanted,
    pause,
    plan,
    settle,
    someone,
    told,
    withdrawn,
)

pytestmark = pytest.mark.stack


# -- who holds a letter ----------------------------------------------------------------------------------------


async def test_a_write_repeated_after_the_letter_was_claimed_anew_does_not_free_it(place: Place) -> None:
    await place.enter_plan(drive(1))
    (first,) = await place.claim()
    await place.record(NOT_TRIED, first)
    (second,) = await place.claim()
    # The answer to the write was lost, so it is made again.
    await place.record(NOT_TRIED, first)
    assert await place.claim() == [], "two workers would send one letter"
    assert await place.record(Fate("failed", "RCPT 550"), first) == []
    (news,) = await place.record(Fate("sent"), second)
    assert (news.state, news.attempts) == ("sent", 1)


async def test_a_letter_that_was_taken_is_sent_whoever_holds_it_and_whatever_else_is_written_with_it(
    place: Place,
) -> None:
    await place.enter_plan(drive(1))
    (first,) = await place.claim()
    await place.end_leases()
    (second,) = await place.claim()
    together = [
        Result(first.parts[0].decision_id, first.parts[0].claim, Fate("sent")),
        Result(second.parts[0].decision_id, second.parts[0].claim, Fate("queued", "RCPT 450")),
    ]
    assert [news.state for news in await place.results.record(together)] == ["sent"]
    assert await place.results.record(together) == [], "told once"


async def test_a_lease_is_renewed_only_for_who_holds_the_letter(place: Place) -> None:
    await place.enter_plan(drive(3))
    before = await place.claim()
    await place.end_leases()
    now = {it.message_id: it for it in await place.claim(2)}
    assert len(now) == 2
    assert await place.claiming.renew(before, LEASE) == {it.message_id for it in before} - now.keys()
    assert await place.claiming.renew(list(now.values()), LEASE) == set(now)
    assert await place.claim() == []


async def test_replicas_that_claim_at_once_share_the_letters_and_never_one_persons(place: Place) -> None:
    people = [someone() for _ in range(40)]
    await place.enter(*map(contact, people), *(decision(person) for person in people for _ in range(3)))
    claims = await asyncio.gather(*(place.claim(25) for _ in range(12)))
    letters = [letter for claim in claims for letter in claim]
    assert len(letters) == 40 and all(len(letter.parts) == 3 for letter in letters)


# -- what comes in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations([0, 5, 9])))
async def test_the_newest_contact_holds_in_whatever_order_they_come(place: Place, order: Sequence[int]) -> None:
    candidate = someone()
    for minutes in (*order, *order):
        await place.enter(contact(candidate, f"given at {minutes}", minutes))
    assert await place.pool.fetchval("SELECT name FROM contacts") == "given at 9"


async def test_a_batch_that_is_repeated_changes_nothing(place: Place) -> None:
    person = someone()
    older, newer = decision(person), decision(person, minutes=5)
    planned = plan([contact(person), older, newer])
    for _ in range(3):
        await place.enter_plan(planned)
    assert told(await place.send()) == [{older.decision_id, newer.decision_id}]
    await place.enter_plan(planned)
    assert await place.letters("state, claims") == [("sent", 1)] * 2
    assert await place.claim() == []


# -- what still stands -----------------------------------------------------------------------------------------


async def test_a_newer_decision_of_an_application_takes_the_place_of_an_unsent_letter(place: Place) -> None:
    person, application = someone(), uuid4()
    older, newer = decision(person, application, say="one"), decision(person, application, say="two")
    await place.enter(contact(person), older)
    news, _ = await place.enter(newer)
    assert [(it.decision_id, it.state, it.cause) for it in news] == [(older.decision_id, "suppressed", "superseded")]
    (letter,) = await place.send()
    assert told([letter]) == [{newer.decision_id}] and not letter.corrects


async def test_in_one_batch_too_only_the_last_decision_of_an_application_is_told(place: Place) -> None:
    person, application = someone(), uuid4()
    older, newer = decision(person, application, say="one"), decision(person, application, say="two")
    news, _ = await place.enter(contact(person), older, newer)
    assert [it.decision_id for it in news] == [older.decision_id]
    assert told(await place.send()) == [{newer.decision_id}]


async def test_what_was_told_is_corrected_by_another_letter_and_not_repeated(place: Place) -> None:
    person, application = someone(), uuid4()
    first, same, other = (decision(person, application, say=say) for say in ("one", "one", "two"))
    await place.enter(contact(person), first)
    await place.send()
    await place.enter(same)
    claims = await place.claims()
    assert claims.letters == []
    assert [(it.decision_id, it.cause) for it in claims.at_rest] == [(same.decision_id, NOTHING_NEW)]
    await place.enter(other)
    (letter,) = await place.send()
    assert told([letter]) == [{other.decision_id}] and letter.corrects


async def test_a_decision_that_stands_again_is_told_again_where_another_was_told_since(place: Place) -> None:
    person, application = someone(), uuid4()
    first, since = decision(person, application, say="one"), decision(person, application, say="two")
    await place.enter(contact(person), (first, 10**6))
    await place.send()
    await place.enter((since, 10**6 + 1))
    await place.send()
    await place.enter((first, 10**6))
    assert await place.claim() == [], "a repeated record says nothing new"
    await place.enter((first, 10**6 + 2))
    (letter,) = await place.send()
    assert letter.corrects and letter.message_id != f"<{first.decision_id}@example.com>"
    assert await place.letter("fallen", since) == ("superseded",)


async def test_a_decision_that_stands_again_before_anything_else_was_told_is_told_once(place: Place) -> None:
    person, application = someone(), uuid4()
    first, since = decision(person, application, say="one"), decision(person, application, say="two")
    await place.enter(contact(person), first)
    await place.send()
    await place.enter(since)
    await place.enter(first)
    assert await place.claim() == []
    assert (await place.letter("state, fallen", since)) == ("suppressed", "superseded")


@pytest.mark.parametrize("first_the_wish", [False, True])
async def test_who_withdrew_hears_nothing_and_who_applies_again_does(place: Place, first_the_wish: bool) -> None:
    person, application = someone(), uuid4()
    one = decision(person, application)
    for event in (withdrawn(one), one) if first_the_wish else (one, withdrawn(one)):
        await place.enter(contact(person), event)
    assert await place.claim() == []
    assert await place.letter("state, cause", one) == ("suppressed", "withdrawn")
    again = decision(person, application, minutes=120)
    await place.enter(again)
    assert told(await place.send()) == [{again.decision_id}]


async def test_who_withdrew_and_sends_the_same_again_hears_of_it(place: Place) -> None:
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    await place.enter(withdrawn(one))
    # Screening publishes the same decision, with when it was submitted last.
    again = one.model_copy(update={"submitted_at": NOW + timedelta(minutes=120)})
    await place.enter(again)
    await place.enter(withdrawn(one))
    assert told(await place.send()) == [{one.decision_id}]


async def test_a_withdrawal_that_comes_after_the_resubmission_and_was_before_it_changes_nothing(place: Place) -> None:
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    await place.enter(one.model_copy(update={"submitted_at": NOW + timedelta(minutes=120)}))
    await place.enter(withdrawn(one))
    assert told(await place.send()) == [{one.decision_id}]


async def test_a_wish_that_another_replica_stored_at_the_same_moment_is_seen_before_the_letter_goes(
    place: Place,
) -> None:
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    (letter,) = await place.claim()
    assert await place.claiming.standing([letter]) == {letter.message_id}
    await place.pool.execute("INSERT INTO withdrawals VALUES ($1, $2)", one.application_id, NOW)
    assert await place.claiming.standing([letter]) == set()
    await place.record(NOT_TRIED, letter)
    await place.tending.join_up()
    assert await place.letter("state, cause", one) == ("suppressed", "withdrawn")


async def test_a_letter_in_hand_whose_decision_falls_is_let_go_and_suppressed(place: Place) -> None:
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    (letter,) = await place.claim()
    await place.enter(withdrawn(one))
    assert await place.claiming.standing([letter]) == set()
    (news,) = await place.record(NOT_TRIED, letter)
    assert (news.state, news.cause) == ("suppressed", "withdrawn")


# -- who is forgotten ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first_the_wish", [False, True])
async def test_of_an_erased_person_nothing_is_left_but_the_count(place: Place, first_the_wish: bool) -> None:
    person = someone()
    sent, unsent = decision(person), decision(person, programme="q", minutes=1)
    if first_the_wish:
        await place.enter(erased(person))
        news, _ = await place.enter(contact(person), sent, unsent)
    else:
        await place.enter(contact(person), sent)
        await place.send()
        await place.enter(unsent)
        news, _ = await place.enter(erased(person))
    assert news == [], "there is nobody left to tell of it"
    assert await place.pool.fetchval("SELECT count(*) FROM contacts") == 0
    rows = await place.letters("fallen, candidate_id, application_id, says, decision")
    assert rows == [("erased", None, None, None, None)] * 2
    states = {state for (state,) in await place.letters("state")}
    assert states == ({"suppressed"} if first_the_wish else {"sent", "suppressed"})
    assert {it.decision_id for it in await place.results.unpublished(timedelta(), 10)} == set()
    assert await place.claim() == []
    kept = str(await place.pool.fetch("SELECT * FROM letters"))
    assert person not in kept and str(sent.application_id) not in kept


async def test_what_was_given_before_an_erasure_does_not_come_back_and_what_comes_after_does(place: Place) -> None:
    person = someone()
    await place.enter(erased(person, 60))
    await place.enter(contact(person, minutes=10))
    assert await place.pool.fetchval("SELECT count(*) FROM contacts") == 0
    again = decision(person, minutes=90)
    await place.enter(contact(person, minutes=90), again)
    await place.enter(erased(person, 60))
    assert told(await place.send()) == [{again.decision_id}]


async def test_tombstones_leave_the_count(place: Place) -> None:
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    await place.enter(Tombstone(CONTACTS, person), Tombstone(DECISIONS, str(one.application_id)))
    assert await place.letters("state, fallen, candidate_id") == [("suppressed", "erased", None)]
    assert await place.pool.fetchval("SELECT count(*) FROM contacts") == 0


# -- what is told together, and when ---------------------------------------------------------------------------


async def test_a_person_hears_of_several_applications_in_one_letter(place: Place) -> None:
    person = someone()
    both = [decision(person), decision(person, outcome="advance")]
    await place.enter(contact(person), *both, decision(person, programme="q"))
    letters = await place.send()
    assert sorted(map(len, told(letters))) == [1, 2]
    assert {name for (name,) in await place.letters("message_id")} == {it.message_id for it in letters}


async def test_who_was_offered_a_place_gets_no_rejection_afterwards(place: Place) -> None:
    person = someone()
    await place.enter(contact(person), decision(person, outcome="advance"))
    await place.send()
    late = decision(person, outcome="decline")
    await place.enter(late)
    claims = await place.claims()
    assert claims.letters == [] and [it.cause for it in claims.at_rest] == [OFFERED]


async def test_a_decline_that_waits_for_a_review_is_looked_at_when_the_review_is_done(place: Place) -> None:
    person, application = someone(), uuid4()
    await place.enter(contact(person), decision(person, application))
    await place.send()
    declined = decision(person, outcome="decline")
    await place.enter(declined)
    assert await place.claim() == []
    assert (await place.letter("state, due_at > now() + interval '1 hour'", declined)) == ("queued", True)
    done = decision(person, application, outcome="decline", cause="review")
    await place.enter(done)
    assert told(await place.send()) == [{declined.decision_id, done.decision_id}]


async def test_a_letter_waits_for_its_day_and_says_what_it_waits_for(place: Place) -> None:
    day = datetime.now(UTC) + timedelta(days=3)
    place.calendar = Calendar(default=Season(release=day))
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    assert await place.claim() == []
    assert await place.letter("state, due_at, cause, claims", one) == ("queued", day, "release day", 0)
    counts = await place.tending.count()
    assert (counts.later, counts.due, counts.waiting) == (1, 0, 0)
    # The day is put forward, and notify starts anew.
    place.calendar = Calendar()
    await place.tending.look_again()
    assert told(await place.send()) == [{one.decision_id}]


async def test_every_change_is_kept_with_its_time_and_cause(place: Place) -> None:
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    (letter,) = await place.claim()
    await place.record(Fate("queued", "RCPT 451", 0.0), letter)
    await place.send()
    changes = await place.pool.fetch(
        "SELECT it ->> 'state', it ->> 'cause', (it ->> 'at')::timestamptz <= now() "
        "FROM letters, jsonb_array_elements(changes) AS it"
    )
    assert [tuple(row) for row in changes] == [
        ("queued", None, True),
        ("sending", None, True),
        ("queued", "RCPT 451", True),
        ("sending", None, True),
        ("sent", None, True),
    ]


# -- operators -------------------------------------------------------------------------------------------------


async def test_a_pause_stops_what_is_claimed_and_what_is_in_hand_and_forgets_nothing(place: Place) -> None:
    first, second = someone(), someone()
    await place.enter(contact(first), decision(first))
    (in_hand,) = await place.claim()
    await place.enter(contact(second), decision(second), pause(True, 1))
    assert await place.claim() == []
    assert await place.claiming.standing([in_hand]) == set()
    await place.record(NOT_TRIED, in_hand)
    assert (await place.tending.count()).pauses == 1
    await place.enter(pause(False, 5), pause(True, 3))
    assert len(await place.send()) == 2


async def test_a_programmes_pause_leaves_the_others_alone_and_a_pause_of_all_outlives_it(place: Place) -> None:
    person = someone()
    other = decision(person, programme="q")
    await place.enter(contact(person), decision(person), other, pause(True, 1, "p"))
    assert told(await place.claim()) == [{other.decision_id}]
    await place.enter(pause(True, 2), pause(False, 3, "p"))
    assert await place.claim() == []
    await place.enter(pause(False, 4))
    assert len(await place.claim()) == 1


async def test_a_letter_in_doubt_is_held_and_an_operator_says_what_becomes_of_it(place: Place) -> None:
    place.hold = True
    people = [someone(), someone()]
    sent, dropped = (decision(person) for person in people)
    await place.enter(*map(contact, people), sent, dropped)
    assert len(await place.claim()) == 2
    await place.end_leases()
    claims = await place.claims()
    assert claims.letters == [] and {it.state for it in claims.at_rest} == {"held"}
    command = settle(sent, "send")
    for _ in range(2):
        _, answers = await place.enter(command, settle(dropped, "drop"))
        assert answers[0].refusal is None, "it is obeyed once, and answered as then"
    assert told(await place.send()) == [{sent.decision_id}]
    assert await place.letter("state", dropped) == ("suppressed",)
    await place.enter(command)
    assert await place.claim() == [], "a command that comes again is not obeyed again"


async def test_only_a_letter_that_is_stuck_can_be_settled_and_the_refusal_says_so(place: Place) -> None:
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    _, (refusal,) = await place.enter(settle(one, "send"))
    assert "the letter is queued: only one that is held or failed" in (refusal.refusal or "")
    _, (unknown,) = await place.enter(settle(decision(person), "drop"))
    assert "no letter of such a decision" in (unknown.refusal or "")


async def test_every_command_is_answered_and_one_that_is_read_again_in_the_same_words(place: Place) -> None:
    one = decision(someone())
    wishes = withdrawn(one), erased(someone()), look_wanted(one)
    commands = [*wishes, pause(True, 1), settle(decision(someone()), "send"), pause(False, 2)]
    step = NotifyStep(Entering(place.pool), asyncio.Event(), lambda _: None)
    (wave,) = await step.store(plan([one, *commands]))
    assert {out.key for out in wave} == {KEY}, "in the place of the command"
    answers = [CommandAnswered.model_validate_json(out.value or b"") for out in wave]
    assert [(it.command_id, it.service) for it in answers] == [(it.command_id, "notify") for it in commands]
    assert [it.refusal is None for it in answers] == [True, True, True, True, False, True]
    # A crash before the commit; the batch is another one then.
    again = [out for some in (commands[4:], commands[:4]) for out in (await step.store(plan(some)))[0]]
    assert sorted(again) == sorted(wave)
    assert len({dict(out.headers)["ce_id"] for out in wave}) == len(commands)


async def test_a_letter_that_comes_back_has_failed_and_can_be_sent_once_more(place: Place) -> None:
    person = someone()
    one = decision(person)
    await place.enter(contact(person), one)
    (letter,) = await place.send()
    (news,) = await place.results.bounced(one.decision_id, letter.message_id, "bounced 5.1.1")
    assert (news.state, news.cause) == ("failed", "bounced 5.1.1")
    assert await place.results.bounced(one.decision_id, letter.message_id, "bounced 5.1.1") == []
    await place.enter(settle(one, "send"))
    (again,) = await place.send()
    assert again.message_id == letter.message_id
