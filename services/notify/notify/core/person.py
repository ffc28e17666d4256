"""What is to become of one person's letters of one programme that are due. Pure: planning proposes, the ledger applies.

The order of the rules is the order of what a candidate would mind most: a letter that is no longer true, the same
letter twice, a rejection beside an offer, and only then a letter at the wrong hour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from hiring.events.decision import Outcome
from notify.core.calendar import Calendar, Season, not_before

Fallen = Literal["superseded", "withdrawn", "erased"]

NOTHING_NEW = "nothing new: an earlier letter said the same"
OFFERED = "another application of theirs to the programme advances"
IN_DOUBT = "its worker ended while sending: it may have arrived"
_UNDER_WAY = "another letter to this person is under way"
_OFFER_COMES = "another application of theirs advances and is told first"
_WITH_A_PERSON = "another application of theirs is with a person"
# Whoever waits for something that ends without a date looks again after so long; a new decision wakes it at once.
_LOOK_AGAIN = timedelta(hours=6)
_SHORTLY = timedelta(minutes=1)


class Known(NamedTuple):
    """A letter of the person as the ledger has it. `due`: it was taken to be ruled on now.

    `fallen`: why its decision no longer stands. `told_at`: when the relay last took it. `says`: a digest of what it
    tells. `message_id`: of the letter it belongs to, once one was begun; `begun`: how many were. `abandoned`: a
    worker's lease on it ran out.
    """

    decision_id: UUID
    application_id: UUID
    outcome: Outcome
    says: str | None
    fallen: Fallen | None
    state: str
    decided_at: datetime
    created_at: datetime
    told_at: datetime | None
    message_id: str | None
    begun: int = 0
    due: bool = False
    abandoned: bool = False


@dataclass(slots=True)
class Ruling:
    """For each letter that is due one of: it is sent under a Message-ID, it rests or is held, or it waits."""

    send: dict[UUID, str] = field(default_factory=dict)
    rest: dict[UUID, tuple[Literal["suppressed", "held", "sent"], str]] = field(default_factory=dict)
    wait: dict[UUID, tuple[datetime, str]] = field(default_factory=dict)


Rule = Callable[[str, Sequence[Known], str | None, datetime], Ruling]
"""What becomes of one person's letters: the programme, the letters, the person's time zone, and now."""


def rule(
    letters: Sequence[Known], season: Season, time_zone: str | None, now: datetime, *, hold_in_doubt: bool, domain: str
) -> Ruling:
    """What becomes of each letter that is due, in sight of all of the person's letters of the programme."""
    ruling = Ruling()
    open_: list[Known] = []
    for letter in letters:
        if not letter.due:
            continue
        if letter.fallen is not None:
            ruling.rest[letter.decision_id] = "suppressed", letter.fallen
        elif letter.abandoned and hold_in_doubt:
            ruling.rest[letter.decision_id] = "held", IN_DOUBT
        elif letter.message_id is None and _says_nothing_new(letter, letters):
            ruling.rest[letter.decision_id] = "sent" if letter.told_at else "suppressed", NOTHING_NEW
        else:
            open_.append(letter)
    if any(letter.state == "sending" and not letter.due for letter in letters):
        # Its lease is being renewed, or its result written, at this moment.
        ruling.wait |= {letter.decision_id: (now + _SHORTLY, _UNDER_WAY) for letter in open_}
    _in_time(open_, letters, season, time_zone, now, ruling)
    _declines(open_, letters, now, ruling)
    begun = [letter for letter in open_ if letter.message_id is not None and not _ruled(letter, ruling)]
    going = [letter for letter in open_ if letter.message_id is None and not _ruled(letter, ruling)]
    for letter in begun:
        assert letter.message_id is not None
        ruling.send[letter.decision_id] = letter.message_id
    if begun:
        ruling.wait |= {letter.decision_id: (now + _SHORTLY, _UNDER_WAY) for letter in going}
    elif going:
        name = message_id(going, domain)
        ruling.send |= {letter.decision_id: name for letter in going}
    return ruling


def ruler(calendar: Calendar, *, hold_in_doubt: bool, domain: str) -> Rule:
    """Rules by a calendar. `hold_in_doubt`: what may have been sent already is for an operator; `domain` is that of
    Message-IDs."""

    def of(programme: str, letters: Sequence[Known], time_zone: str | None, now: datetime) -> Ruling:
        season = calendar.season(programme)
        return rule(letters, season, time_zone, now, hold_in_doubt=hold_in_doubt, domain=domain)

    return of


def message_id(going: Sequence[Known], domain: str) -> str:
    """The Message-ID of a letter that tells these decisions: derived from the first of their ids, so that whoever
    composes it again names it the same. Where letters of that decision were begun before, how many is part of it."""
    first = min(going, key=lambda letter: letter.decision_id)
    again = f".{first.begun}" if first.begun else ""
    return f"<{first.decision_id}{again}@{domain}>"


def _says_nothing_new(letter: Known, letters: Sequence[Known]) -> bool:
    told = [it for it in letters if it.application_id == letter.application_id and it.told_at is not None]
    if not told or letter.says is None:
        return False
    last = max(told, key=lambda it: (it.told_at, it.decision_id))
    return last.says == letter.says


def _declines(open_: Sequence[Known], letters: Sequence[Known], now: datetime, ruling: Ruling) -> None:
    """Nobody is rejected beside an offer, nor while another application of theirs is still open. A letter that was
    begun and is still here is no exception: it may not have arrived."""
    others = [letter for letter in letters if letter.fallen is None and letter.outcome != "decline"]
    offers = [letter for letter in others if letter.outcome == "advance"]
    # An offer that was decided anew and says the same was told by the letter before; one that an operator dropped, by
    # the operator.
    told = any(it.told_at is not None or it.state == "suppressed" or _says_nothing_new(it, letters) for it in offers)
    for letter in open_:
        if letter.outcome != "decline" or _ruled(letter, ruling):
            continue
        apart = [it for it in offers if not it.due or _ruled(it, ruling) or it.message_id != letter.message_id]
        if told:
            ruling.rest[letter.decision_id] = "suppressed", OFFERED
        elif apart:
            ruling.wait[letter.decision_id] = max(_waits(it, now, ruling) for it in apart), _OFFER_COMES
        elif not offers and others:
            ruling.wait[letter.decision_id] = now + _LOOK_AGAIN, _WITH_A_PERSON


def _waits(offer: Known, now: datetime, ruling: Ruling) -> datetime:
    """Until when an offer waits; one that is under way, held or failed is looked at again."""
    if offer.decision_id in ruling.wait:
        return ruling.wait[offer.decision_id][0]
    return now + (_SHORTLY if offer.state in ("queued", "sending") else _LOOK_AGAIN)


def _in_time(
    open_: Sequence[Known],
    letters: Sequence[Known],
    season: Season,
    time_zone: str | None,
    now: datetime,
    ruling: Ruling,
) -> None:
    untold = [it.created_at for it in letters if it.fallen is None and it.state in ("queued", "sending")]
    latest = max(untold, default=now)
    for letter in open_:
        if _ruled(letter, ruling):
            continue
        until = not_before(season, letter.outcome, letter.decided_at, latest, time_zone, now)
        if until is not None:
            ruling.wait[letter.decision_id] = until


def _ruled(letter: Known, ruling: Ruling) -> bool:
    return letter.decision_id in ruling.rest or letter.decision_id in ruling.wait
