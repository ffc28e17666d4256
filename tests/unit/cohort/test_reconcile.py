"""The account is complete exactly when nothing is missing or doubled, and names what is."""

from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from cohort.accounting.facts import Dead, Decided, Facts, LetterRow, Published
from cohort.accounting.reconcile import SHOWN, reconcile
from cohort.accounting.result import Kind, Reason
from cohort.drive.sent import Accepted, Answer, Channel, LineSent, Logged, Rejected, Unsent

NAMESPACE = UUID(int=7)
OUTCOMES = (("ai", "advance"), ("general", "advance"), (None, "decline"), ("ai", "review"))


@dataclass
class World:
    """Lines that were sent and what every place holds; made whole, then broken by a test."""

    lines: list[LineSent] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    published: list[Published] = field(default_factory=list)
    letters: list[LetterRow] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)

    def send(self, answer: Answer | None) -> None:
        channel = Channel.KAFKA if isinstance(answer, Logged) else Channel.BULK
        self.lines.append(LineSent(len(self.lines) + 1, channel, answer))

    def answer(self, application: UUID) -> None:
        """The whole way of one application."""
        decision = uuid5(application, "decision")
        track, outcome = OUTCOMES[application.int % len(OUTCOMES)]
        self.decided.append(Decided(application, decision, outcome, track))
        reasons = (("graduation", "Too late."),) if outcome == "decline" else ()
        self.published.append(Published(application, decision, outcome, track, reasons))
        self.letters.append(LetterRow(application, decision, "sent", f"{decision}@cohort"))
        self.emails.append(f"{decision}@cohort")

    def facts(self) -> Facts:
        return Facts(self.dead, self.decided, self.published, self.letters, self.emails)


def application(number: int) -> UUID:
    return uuid5(NAMESPACE, str(number))


@st.composite
def whole_worlds(draw: st.DrawFn) -> World:
    """Drives where all went well, with repeats, rejected lines, dead letters and other drives' leftovers."""
    world = World()
    numbers = draw(st.lists(st.integers(0, 8), min_size=1, max_size=15))
    for offset, number in enumerate(numbers):
        place = (offset % 3, offset)
        match draw(st.sampled_from(("http", "kafka", "rejected", "dead", "nameless"))):
            case "http":
                world.send(Accepted(application(number)))
            case "kafka":
                world.send(Logged(place, application(number)))
            case "rejected":
                world.send(Rejected(("candidate.email: is missing",)))
            case "dead":
                world.send(Logged(place, application(number)))
                world.dead.append(Dead(place, "invalid"))
            case "nameless":
                world.send(Logged(place, None))
                world.dead.append(Dead(place, "not-json"))
    dead = {found.place for found in world.dead}
    taken = {
        line.answer.application_id
        for line in world.lines
        if isinstance(line.answer, Accepted) or (isinstance(line.answer, Logged) and line.answer.place not in dead)
    }
    for claimed in sorted(each for each in taken if each):
        world.answer(claimed)
    for other in range(100, 100 + draw(st.integers(0, 3))):
        world.answer(application(other))
        world.dead.append(Dead((9, other), "invalid"))
    return world


def claims(world: World) -> list[UUID]:
    ours = {each for number in range(9) if (each := application(number))}
    return [row.application_id for row in world.decided if row.application_id in ours]


@given(whole_worlds(), st.data())
def test_a_whole_drive_is_complete_in_any_order(world: World, data: st.DataObject) -> None:
    for place in (world.dead, world.decided, world.published, world.letters, world.emails):
        place[:] = data.draw(st.permutations(place))
    account = reconcile(world.lines, world.facts())
    assert account.complete
    assert account.received == len(world.lines)
    assert account.received == account.rejected_lines + account.dead_lines + account.accepted_lines
    assert account.unique == len(claims(world)) == account.letters_sent == account.emails
    assert account.duplicates == account.accepted_lines - account.unique
    assert sum(account.decisions.values()) == account.unique
    assert not account.discrepancies


DROPS = {
    "decided": {Kind.NO_DECISION, Kind.NOT_STORED},
    "published": {Kind.NOT_PUBLISHED},
    "letters": {Kind.NO_LETTER},
    "emails": {Kind.NO_EMAIL},
}


@given(whole_worlds(), st.sampled_from(sorted(DROPS)), st.data())
def test_one_thing_missing_anywhere_is_named(world: World, place: str, data: st.DataObject) -> None:
    if not (ours := claims(world)):
        return
    position = data.draw(st.integers(0, len(ours) - 1))
    victim = ours[position]
    getattr(world, place).pop(position)
    account = reconcile(world.lines, world.facts())
    assert not account.complete
    assert {found.kind for found in account.discrepancies} == DROPS[place]
    assert {found.subject for found in account.discrepancies} == {str(victim)}


@given(whole_worlds(), st.data())
def test_a_missing_dead_letter_is_named(world: World, data: st.DataObject) -> None:
    mine = [line for line in world.lines if isinstance(line.answer, Logged)]
    mine = [line for line in mine if line.answer.place in {dead.place for dead in world.dead}]  # type: ignore[union-attr]
    if not mine:
        return
    line = data.draw(st.sampled_from(mine))
    assert isinstance(line.answer, Logged)
    world.dead = [dead for dead in world.dead if dead.place != line.answer.place]
    account = reconcile(world.lines, world.facts())
    if line.answer.application_id is None:
        assert [(found.kind, found.subject) for found in account.discrepancies] == [
            (Kind.VANISHED, f"line {line.number}")
        ]
    elif line.answer.application_id in claims(world):
        assert account.complete, "another line names it, and it was answered"
    else:
        assert {found.kind for found in account.discrepancies} == {Kind.NO_DECISION}
        assert {found.subject for found in account.discrepancies} == {str(line.answer.application_id)}


@given(whole_worlds(), st.sampled_from(("decided", "letters", "emails", "other decision", "published")), st.data())
def test_one_thing_doubled_is_named_unless_repeating_is_allowed(world: World, place: str, data: st.DataObject) -> None:
    if not (ours := claims(world)):
        return
    position = data.draw(st.integers(0, len(ours) - 1))
    expected: set[Kind]
    match place:
        case "decided":
            world.decided.append(world.decided[position])
            expected = {Kind.SEVERAL_DECISIONS}
        case "letters":
            world.letters.append(world.letters[position])
            expected = {Kind.SEVERAL_LETTERS}
        case "emails":
            world.emails.append(world.emails[position])
            expected = {Kind.REPEATED_EMAIL}
        case "other decision":
            second = uuid5(ours[position], "second")
            world.published.append(replace(world.published[position], decision_id=second))
            expected = {Kind.NOT_STORED, Kind.NO_LETTER}
        case _:
            world.published.append(world.published[position])
            expected = set()
    account = reconcile(world.lines, world.facts())
    assert {found.kind for found in account.discrepancies} == expected
    assert {found.subject for found in account.discrepancies} <= {str(ours[position])}
    assert account.complete == (not expected)
    assert account.repeated.decisions_published == (place == "published")
    assert account.repeated.emails == (place == "emails")


def one(state: str = "sent") -> World:
    world = World()
    world.send(Accepted(application(0)))
    world.answer(application(0))
    world.letters[0] = replace(world.letters[0], state=state)
    return world


def test_an_email_repeated_because_notify_was_killed_is_counted_and_explained() -> None:
    world = one()
    world.emails *= 3
    account = reconcile(world.lines, world.facts(), in_flight={world.letters[0].decision_id})
    assert account.complete
    assert (account.repeated.emails, account.repeated.emails_explained, account.emails) == (2, 2, 3)


def test_a_letter_that_is_not_sent_is_named_with_its_state() -> None:
    for state in ("queued", "sending", "failed"):
        account = reconcile(one(state).lines, one(state).facts())
        (found,) = account.discrepancies
        assert found.kind == Kind.LETTER_NOT_SENT
        assert found.detail.endswith(f"is {state}")


def test_stores_that_disagree_are_named() -> None:
    world = one()
    world.published[0] = replace(world.published[0], outcome="review")
    assert [found.kind for found in reconcile(world.lines, world.facts()).discrepancies] == [Kind.DISAGREES]


def test_a_letter_for_a_decision_nobody_made_is_named() -> None:
    world = one()
    stray = LetterRow(application(0), UUID(int=1), "sent", "stray@cohort")
    world.letters.append(stray)
    world.emails.append("stray@cohort")
    assert [found.kind for found in reconcile(world.lines, world.facts()).discrepancies] == [Kind.STRAY_LETTER]


def test_lines_no_door_took_are_named() -> None:
    world = World()
    world.send(Unsent("HTTP 503"))
    world.send(None)
    account = reconcile(world.lines, world.facts())
    assert [(found.kind, found.subject, found.detail) for found in account.discrepancies] == [
        (Kind.NOT_SENT, "line 1", "HTTP 503"),
        (Kind.NOT_SENT, "line 2", "no answer"),
    ]


def test_every_discrepancy_is_counted_and_the_first_of_each_kind_are_shown() -> None:
    world = World()
    for number in range(SHOWN + 30):
        world.send(Accepted(application(number)))
    account = reconcile(world.lines, world.facts())
    assert account.discrepancy_counts == {Kind.NO_DECISION: SHOWN + 30}
    assert len(account.discrepancies) == SHOWN


def test_what_was_refused_and_decided_is_counted() -> None:
    world = World()
    world.send(Rejected(("candidate.email: is missing", "education.*.graduation: is no month")))
    world.send(Rejected(("candidate.email: is missing",)))
    world.send(Logged((0, 5), None))
    world.dead += [Dead((0, 5), "not-json"), Dead((0, 5), "not-json")]
    for number in range(12):
        world.send(Accepted(application(number)))
        world.answer(application(number))
    account = reconcile(world.lines, world.facts())
    assert account.complete
    assert account.rejected == {"candidate.email: is missing": 2, "education.*.graduation: is no month": 1}
    assert (account.rejected_lines, account.dead_letters, account.repeated.dead_letters) == (2, {"not-json": 1}, 1)
    declined = sum(OUTCOMES[application(number).int % 4][1] == "decline" for number in range(12))
    assert account.reasons == [Reason("decline", "graduation", "Too late.", declined)]
    assert account.decisions[None, "decline"] == declined


def test_a_drive_of_nothing_is_complete() -> None:
    assert reconcile([], World().facts()).complete


def corrected(decisions: int) -> World:
    """One application, sent three times with two contents, decided so many times."""
    world = World()
    for content in (1, 2, 1):
        world.lines.append(LineSent(len(world.lines) + 1, Channel.BULK, Accepted(application(0)), content))
    for number in range(decisions):
        decision = uuid5(application(0), str(number))
        world.decided.append(Decided(application(0), decision, "review", "ai"))
        world.letters.append(LetterRow(application(0), decision, "sent", f"{decision}@cohort"))
        world.emails.append(f"{decision}@cohort")
    # Compaction keeps the newest decision of an application.
    world.published.append(Published(application(0), decision, "review", "ai"))
    return world


def test_a_corrected_application_may_have_a_decision_for_each_content() -> None:
    for decisions in (1, 2):
        account = reconcile(corrected(decisions).lines, corrected(decisions).facts())
        assert account.complete
        assert (account.unique, account.corrections, account.duplicates) == (1, 1, 1)
    account = reconcile(corrected(3).lines, corrected(3).facts())
    assert [found.kind for found in account.discrepancies] == [Kind.SEVERAL_DECISIONS]


def test_every_letter_of_a_corrected_application_must_have_its_email() -> None:
    world = corrected(2)
    world.emails.pop(0)
    assert [found.kind for found in reconcile(world.lines, world.facts()).discrepancies] == [Kind.NO_EMAIL]


def test_a_decision_that_a_later_one_replaced_may_stay_untold_and_the_only_one_may_not() -> None:
    world = corrected(2)
    world.letters[0] = replace(world.letters[0], state="suppressed", message_id="", cause="superseded")
    world.emails.pop(0)
    account = reconcile(world.lines, world.facts())
    assert account.complete
    assert (account.untold, account.letters_sent, account.emails) == ({"superseded": 1}, 1, 1)
    alone = one()
    alone.letters[0] = replace(alone.letters[0], state="suppressed", message_id="", cause="superseded")
    alone.emails.clear()
    assert [found.kind for found in reconcile(alone.lines, alone.facts()).discrepancies] == [Kind.LETTER_NOT_SENT]


def test_a_letter_that_waits_for_its_day_is_accounted_for() -> None:
    world = one("waiting")
    world.letters[0] = replace(world.letters[0], message_id="", cause="release day")
    world.emails.clear()
    account = reconcile(world.lines, world.facts())
    assert account.complete
    assert (account.waiting, account.letters_sent) == ({"release day": 1}, 0)


def test_decisions_told_in_one_letter_are_one_email() -> None:
    world = World()
    for number in range(2):
        world.send(Accepted(application(number)))
        world.answer(application(number))
    world.letters[1] = replace(world.letters[1], message_id=world.letters[0].message_id)
    world.emails.pop()
    account = reconcile(world.lines, world.facts())
    assert account.complete
    assert (account.letters_sent, account.told_together, account.emails) == (1, 1, 1)
    world.emails.append(world.letters[0].message_id)
    assert [found.kind for found in reconcile(world.lines, world.facts()).discrepancies] == [Kind.REPEATED_EMAIL]


def test_reasons_that_differ_only_in_position_are_one_reason() -> None:
    world = World()
    for reason in (
        "courses.3.grade.value: is negative",
        "courses.17.grade.value: is negative",
        "(whole): Invalid JSON: EOF while parsing a string at line 1 column 731",
        "education.0: is no object",
    ):
        world.send(Rejected((reason,)))
    assert reconcile(world.lines, world.facts()).rejected == {
        "courses.*.grade.value: is negative": 2,
        "(whole): Invalid JSON: EOF while parsing a string": 1,
        "education.*: is no object": 1,
    }
