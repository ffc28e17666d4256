"""What a batch changes in the ledger."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from hiring.consumer import Received, Tombstone
from hiring.events.command import ApplicationWithdrawn, CandidateErased, LettersPaused, LettersResumed
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade, PolicyNamed, Reason, RuleResult
from hiring.topics import CONTACTS, DECISIONS
from notify.core import plan as planning
from notify.core.plan import ALL, Plan, says

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def plan(events: Iterable[Any]) -> Plan:
    records = (SimpleNamespace(partition=0, offset=offset, key=b"key") for offset in range(100))
    return planning.plan(Received(event, record) for event, record in zip(events, records, strict=False))  # type: ignore[arg-type]


def contact(candidate: str, name: str, minutes: int = 0) -> ContactGiven:
    return ContactGiven(
        candidate_id=candidate * 64, name=name, email="a@example.org", given_at=NOW + timedelta(minutes=minutes)
    )


def decision(application: UUID, **more: Any) -> DecisionMade:
    told = {
        "decision_id": uuid4(),
        "application_id": application,
        "candidate_id": "a" * 64,
        "revision": "b" * 64,
        "programme": "p",
        "policy": PolicyNamed(name="p", version="1", digest="c" * 64),
        "outcome": "review",
        "decided_at": NOW,
    }
    return DecisionMade(**(told | more))


def wish(minutes: int, **more: Any) -> dict[str, Any]:
    return {"command_id": uuid4(), "by": "ops", "why": "asked", "at": NOW + timedelta(minutes=minutes), **more}


def test_the_newest_contact_of_a_candidate_wins_and_of_two_at_one_instant_the_later_told() -> None:
    planned = plan([contact("a", "new", 5), contact("a", "old"), contact("b", "first"), contact("b", "second")])
    assert [(c.candidate_id[0], c.name) for c in planned.contacts.values()] == [("a", "new"), ("b", "second")]


def test_a_decision_repeated_in_a_batch_is_one_letter_and_two_decisions_are_two() -> None:
    one, two = (decision(uuid4()) for _ in range(2))
    planned = plan([two, one, two, one])
    assert list(planned.entries) == sorted([one.decision_id, two.decision_id])
    assert [planned.entries[it.decision_id].offset for it in (two, one)] == [2, 3]


def test_of_an_applications_decisions_the_last_of_the_batch_stands() -> None:
    application = uuid4()
    first, second, other = decision(application), decision(application), decision(uuid4())
    planned = plan([first, other, second])
    assert {id_: entry.last for id_, entry in planned.entries.items()} == {
        first.decision_id: False,
        second.decision_id: True,
        other.decision_id: True,
    }
    back = plan([first, second, first])
    assert back.entries[first.decision_id].last and not back.entries[second.decision_id].last


def test_a_tombstone_forgets_what_came_before_it_and_not_what_comes_after() -> None:
    planned = plan([contact("a", "before", 9), Tombstone(CONTACTS, "a" * 64), contact("a", "after")])
    assert planned.forgotten_candidates == {"a" * 64}
    assert [c.name for c in planned.contacts.values()] == ["after"]
    application = uuid4()
    before, after, other = decision(application), decision(application), decision(uuid4())
    planned = plan([before, other, Tombstone(DECISIONS, str(application)), after])
    assert planned.forgotten_applications == {application: (0, 2)}
    assert set(planned.entries) == {after.decision_id, other.decision_id}


def test_a_tombstone_with_a_key_that_is_no_application_changes_nothing() -> None:
    assert not plan([Tombstone(DECISIONS, "no uuid")])
    assert not plan([])


def test_of_repeated_wishes_the_latest_moment_holds_whatever_their_order() -> None:
    application = uuid4()
    withdrawals = [
        ApplicationWithdrawn(**wish(at), application_id=application, source="campus-portal") for at in (1, 9, 4)
    ]
    erasures = [CandidateErased(**wish(at), candidate_id="a" * 64) for at in (7, 2)]
    planned = plan([*withdrawals, *erasures])
    assert planned.withdrawn == {application: NOW + timedelta(minutes=9)}
    assert planned.erased == {"a" * 64: NOW + timedelta(minutes=7)}


def test_the_latest_word_on_a_pause_holds_for_each_scope() -> None:
    planned = plan(
        [
            LettersPaused(**wish(1)),
            LettersResumed(**wish(5)),
            LettersPaused(**wish(3)),
            LettersPaused(**wish(4), programme="ai-internships-2026"),
        ]
    )
    assert {scope: switch.paused for scope, switch in planned.switches.items()} == {
        ALL: False,
        "ai-internships-2026": True,
    }


def test_what_a_letter_does_not_tell_is_not_kept() -> None:
    rules = (RuleResult(rule="grade", verdict="fail", observed="2.9", required="3.0"),)
    one = decision(uuid4(), rules=rules, note="seen twice", decided_by="r.ortiz")
    entry = plan([one]).entries[one.decision_id]
    kept = DecisionMade.model_validate_json(entry.decision)
    assert (kept.rules, kept.note, kept.decided_by, kept.decision_id) == ((), None, None, one.decision_id)


def test_two_revisions_say_the_same_where_a_candidate_would_read_the_same() -> None:
    reason = Reason(rule="grade", en="Your grade is 2.9 of 4.0.", zh="您的绩点为 2.9/4.0。")
    one = decision(uuid4(), reasons=(reason,), outcome="decline")
    assert says(one) == says(one.model_copy(update={"decision_id": uuid4(), "revision": "d" * 64}))
    assert says(one) != says(one.model_copy(update={"reasons": ()}))
    assert says(one) != says(one.model_copy(update={"outcome": "advance"}))
    assert says(one) != says(one.model_copy(update={"cause": "review"}))
