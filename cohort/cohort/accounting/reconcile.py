"""Compares what was sent with what every place holds, id by id. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Set
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from uuid import UUID

from cohort.accounting.facts import Decided, Facts, LetterRow, Published
from cohort.accounting.result import Account, Discrepancy, Kind, Reason, Repeated
from cohort.drive.sent import Accepted, LineSent, Logged, Rejected, Unsent
from notify.core.person import OFFERED

SHOWN = 20
"""Discrepancies kept of each kind; all are counted."""

_TOP = 10
# These need no second decision on the same application.
_OF_OTHERS = frozenset({"withdrawn", OFFERED})
_ITEM = re.compile(r"\.\d+(?=\.|:|$)")
_POSITION = re.compile(r" at line \d+ column \d+")


class _OfApplication(Protocol):
    @property
    def application_id(self) -> UUID: ...


F = TypeVar("F", bound=_OfApplication)


@dataclass(slots=True)
class _Tally:
    received: int = 0
    rejected_lines: int = 0
    dead_lines: int = 0
    repeated_dead: int = 0
    repeated_published: int = 0
    repeated_emails: int = 0
    explained_emails: int = 0
    letters_sent: int = 0
    together: int = 0
    untold: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    message_ids: set[str] = field(default_factory=set)
    emails: int = 0
    claims: dict[UUID, tuple[int, ...]] = field(default_factory=dict)
    """The applications, and the different contents they were sent with."""
    accepted_lines: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    dead: Counter[str] = field(default_factory=Counter)
    decisions: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    kinds: Counter[Kind] = field(default_factory=Counter)
    shown: list[Discrepancy] = field(default_factory=list)

    def claim(self, application: UUID, content: int) -> None:
        self.accepted_lines += 1
        known = self.claims.setdefault(application, (content,))
        if content not in known:
            self.claims[application] = (*known, content)

    def note(self, found: Iterable[Discrepancy]) -> None:
        for discrepancy in found:
            self.kinds[discrepancy.kind] += 1
            if self.kinds[discrepancy.kind] <= SHOWN:
                self.shown.append(discrepancy)


def reconcile(sent: Iterable[LineSent], facts: Facts, in_flight: Set[UUID] = frozenset()) -> Account:
    """The account of a drive.

    Every line must be rejected at the door, or a dead letter, or name an application with exactly one decision,
    stored and published, one letter sent and one e-mail; one letter may tell the decisions on several applications
    of a person. An application that was sent with n different contents may have up to n decisions: not every
    correction changes the facts; and of those all but one may stay untold, since a later one stands or says the
    same. A letter may wait for its day, or for a person. A record published again, or a dead letter written again, is
    counted and no fault; an e-mail sent again is one, except for the decisions `in_flight`: those whose letter was in
    hand when notify was killed.
    """
    tally = _Tally()
    _lines(tally, sent, facts)
    decided = _by_application(facts.decided, tally.claims)
    published = _by_application(facts.published, tally.claims)
    letters = _by_application(facts.letters, tally.claims)
    emails = Counter(facts.emails)
    for application, contents in tally.claims.items():
        rows, records = decided.get(application, []), published.get(application, [])
        tally.note(_decisions(str(application), len(contents), rows, records))
        _count_decisions(tally, rows, records)
        known = {row.decision_id for row in rows} | {record.decision_id for record in records}
        tally.note(_letters(tally, application, known, letters.get(application, []), emails, in_flight))
    return _account(tally)


def _lines(tally: _Tally, sent: Iterable[LineSent], facts: Facts) -> None:
    """Sort the lines: refused, dead, unaccounted for, or claiming an application."""
    flaws = {dead.place: dead.flaw for dead in facts.dead}
    places = Counter(dead.place for dead in facts.dead)
    for line in sent:
        tally.received += 1
        match line.answer:
            case Accepted(application):
                tally.claim(application, line.content)
            case Rejected(reasons):
                tally.rejected_lines += 1
                tally.rejected.update({_general(reason) for reason in reasons})
            case Logged(place, _) if place in flaws:
                tally.dead_lines += 1
                tally.dead[flaws[place]] += 1
                tally.repeated_dead += places[place] - 1
            case Logged(_, UUID() as application):
                tally.claim(application, line.content)
            case Logged((partition, offset), _):
                where = f"partition {partition}, offset {offset}"
                tally.note([Discrepancy(Kind.VANISHED, f"line {line.number}", where)])
            case Unsent(why):
                tally.note([Discrepancy(Kind.NOT_SENT, f"line {line.number}", why)])
            case None:
                tally.note([Discrepancy(Kind.NOT_SENT, f"line {line.number}", "no answer")])


def _general(reason: str) -> str:
    """A reason without the place in a list or a line: that does not make it another reason."""
    return _POSITION.sub("", _ITEM.sub(".*", reason))


def _by_application(facts: Iterable[F], ours: Container[UUID]) -> dict[UUID, list[F]]:
    found: dict[UUID, list[F]] = defaultdict(list)
    for fact in facts:
        if fact.application_id in ours:
            found[fact.application_id].append(fact)
    return found


def _decisions(subject: str, contents: int, rows: list[Decided], records: list[Published]) -> Iterator[Discrepancy]:
    """What is wrong with the decisions on one application, which was sent with so many different contents."""
    stored = {row.decision_id: (row.outcome, row.track) for row in rows}
    told = {record.decision_id: (record.outcome, record.track) for record in records}
    if not rows:
        yield Discrepancy(Kind.NO_DECISION, subject)
    if len(rows) > min(len(stored), contents):
        yield Discrepancy(Kind.SEVERAL_DECISIONS, subject, ", ".join(str(row.decision_id) for row in rows))
    # The topic is compacted: of an application that was corrected it need only hold the newest decision.
    if contents == 1 or not told:
        for decision in stored.keys() - told.keys():
            yield Discrepancy(Kind.NOT_PUBLISHED, subject, f"decision {decision}")
    for decision in told.keys() - stored.keys():
        yield Discrepancy(Kind.NOT_STORED, subject, f"decision {decision}")
    for decision in stored.keys() & told.keys():
        if stored[decision] != told[decision]:
            yield Discrepancy(Kind.DISAGREES, subject, f"decision {decision}")


def _count_decisions(tally: _Tally, rows: list[Decided], records: list[Published]) -> None:
    for row in rows:
        tally.decisions[row.track, row.outcome] += 1
    once = {record.decision_id: record for record in records}
    tally.repeated_published += len(records) - len(once)
    for record in once.values():
        tally.reasons.update({(record.outcome, rule, text) for rule, text in record.reasons})


def _letters(
    tally: _Tally,
    application: UUID,
    decisions: Set[UUID],
    rows: list[LetterRow],
    emails: Counter[str],
    in_flight: Set[UUID],
) -> Iterator[Discrepancy]:
    """What is wrong with the letters of one application and their e-mails; counts what there is of them."""
    subject = str(application)
    letters = Counter(row.decision_id for row in rows)
    for decision in decisions - letters.keys():
        yield Discrepancy(Kind.NO_LETTER, subject, f"decision {decision}")
    for decision in letters.keys() - decisions:
        yield Discrepancy(Kind.STRAY_LETTER, subject, f"decision {decision}")
    for row in {row.decision_id: row for row in rows}.values():
        where = f"decision {row.decision_id}"
        if letters[row.decision_id] > 1:
            yield Discrepancy(Kind.SEVERAL_LETTERS, subject, where)
        if row.state == "suppressed" and (len(letters) > 1 or row.cause in _OF_OTHERS):
            tally.untold[row.cause or ""] += 1
        elif row.state == "waiting":
            tally.waiting[row.cause or ""] += 1
        elif row.state != "sent":
            yield Discrepancy(Kind.LETTER_NOT_SENT, subject, f"{where} is {row.state}")
        elif row.message_id in tally.message_ids:
            tally.together += 1
        else:
            yield from _email(tally, subject, row, emails[row.message_id], in_flight)


def _email(tally: _Tally, subject: str, row: LetterRow, found: int, in_flight: Set[UUID]) -> Iterator[Discrepancy]:
    """What is wrong with the e-mails, so many were found, of a letter that counts as sent."""
    where = f"decision {row.decision_id}"
    tally.message_ids.add(row.message_id)
    tally.letters_sent += 1
    tally.emails += found
    if not found:
        yield Discrepancy(Kind.NO_EMAIL, subject, f"{where}, Message-ID {row.message_id}")
    if found > 1:
        tally.repeated_emails += found - 1
        if row.decision_id in in_flight:
            tally.explained_emails += found - 1
        else:
            yield Discrepancy(Kind.REPEATED_EMAIL, subject, f"{where}: {found} times")


def _account(tally: _Tally) -> Account:
    corrections = sum(len(contents) - 1 for contents in tally.claims.values())
    return Account(
        received=tally.received,
        rejected_lines=tally.rejected_lines,
        dead_lines=tally.dead_lines,
        accepted_lines=tally.accepted_lines,
        unique=len(tally.claims),
        duplicates=tally.accepted_lines - corrections - len(tally.claims),
        corrections=corrections,
        rejected=dict(tally.rejected.most_common()),
        dead_letters=dict(tally.dead.most_common()),
        decisions=dict(tally.decisions),
        reasons=[Reason(*why, count) for why, count in tally.reasons.most_common(_TOP)],
        letters_sent=tally.letters_sent,
        told_together=tally.together,
        untold=dict(tally.untold.most_common()),
        waiting=dict(tally.waiting.most_common()),
        emails=tally.emails,
        repeated=Repeated(tally.repeated_dead, tally.repeated_published, tally.repeated_emails, tally.explained_emails),
        discrepancy_counts=dict(tally.kinds),
        discrepancies=tally.shown,
    )
