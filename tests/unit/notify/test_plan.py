"""What a batch changes in the ledger."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hiring.consumer import Tombstone
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade, PolicyNamed
from hiring.topics import CONTACTS, DECISIONS
from notify.core.plan import plan

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def contact(candidate: str, name: str, minutes: int = 0) -> ContactGiven:
    return ContactGiven(
        candidate_id=candidate * 64, name=name, email="a@example.org", given_at=NOW + timedelta(minutes=minutes)
    )


def decision(application: UUID) -> DecisionMade:
    return DecisionMade(
        decision_id=uuid4(),
        application_id=application,
        candidate_id="a" * 64,
        revision="b" * 64,
        programme="p",
        policy=PolicyNamed(name="p", version="1", digest="c" * 64),
        outcome="review",
        decided_at=NOW,
    )


def test_the_newest_contact_of_a_candidate_wins_and_of_two_at_one_instant_the_later_told() -> None:
    planned = plan([contact("a", "new", 5), contact("a", "old"), contact("b", "first"), contact("b", "second")])
    assert [(c.candidate_id[0], c.name) for c in planned.contacts.values()] == [("a", "new"), ("b", "second")]


def test_a_decision_repeated_in_a_batch_is_one_letter_and_two_decisions_are_two() -> None:
    one, two = (decision(uuid4()) for _ in range(2))
    planned = plan([two, one, two, one])
    assert list(planned.decisions) == sorted([one.decision_id, two.decision_id])


def test_a_tombstone_forgets_what_came_before_it_and_not_what_comes_after() -> None:
    planned = plan([contact("a", "before", 9), Tombstone(CONTACTS, "a" * 64), contact("a", "after")])
    assert planned.forgotten_candidates == {"a" * 64}
    assert [c.name for c in planned.contacts.values()] == ["after"]
    application = uuid4()
    before, after, other = decision(application), decision(application), decision(uuid4())
    planned = plan([before, other, Tombstone(DECISIONS, str(application)), after])
    assert planned.forgotten_applications == {application}
    assert set(planned.decisions) == {after.decision_id, other.decision_id}


def test_a_tombstone_with_a_key_that_is_no_application_changes_nothing() -> None:
    assert not plan([Tombstone(DECISIONS, "no uuid")])
    assert not plan([])
