"""What waits for a person: which applications, since when and why; what a reviewer may choose and must say. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from hiring.events.decision import DecisionMade

NONE = "-"
"""Stands for no track, and for no reason told."""
REQUESTED = "review-requested"
"""The reason of a decline at which the candidate asks for a person to look."""
NO_POLICY = "programme-has-policy"
"""Screening's reason for whoever names a programme that no policy is for: a person looks at each of them."""

_FEWEST_WORDS = 3
_WORDS = re.compile(r"[^\W_]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


class Standing(NamedTuple):
    """The decision that stands of an application, as far as it matters here; `reason` is the rule that weighs most."""

    application_id: UUID
    decision_id: UUID
    programme: str
    track: str | None
    outcome: str
    cause: str
    reason: str | None
    decided_at: datetime
    submitted_at: datetime
    withdrawn_at: datetime | None


class Word(NamedTuple):
    """A command on a decision, `ReviewGiven` or `ReviewRequested`, and what became of it so far."""

    type: str
    decision_id: UUID
    at: datetime
    answered: bool
    refused: bool


class Waiting(NamedTuple):
    """An application that waits for a person. `answering`: a verdict is sent, and nobody has answered it yet."""

    application_id: UUID
    decision_id: UUID
    programme: str
    track: str
    reason: str
    since: datetime
    answering: bool = False


class Counted(NamedTuple):
    """So many of one programme, track and reason wait, the longest of them since a moment."""

    programme: str
    track: str
    reason: str
    n: int
    since: datetime


class Wanted(NamedTuple):
    """Which of them somebody wants to see; None is any."""

    programme: str | None = None
    track: str | None = None
    reason: str | None = None

    def fits(self, it: Waiting | Counted) -> bool:
        """Whether it is one of these."""
        named = zip(self, (it.programme, it.track, it.reason), strict=True)
        return all(wanted is None or wanted == its for wanted, its in named)


class Choice(NamedTuple):
    """One value to filter by, and how many would be left; `n` is of those that fit the other filters."""

    value: str
    n: int


def waits(it: Standing, words: Iterable[Word]) -> Waiting | None:
    """Whether an application waits for a person: a review does, and a policy's decline at which its candidate asks.

    Not once it is withdrawn, nor with a verdict that was obeyed. A refused verdict changes nothing.
    """
    if it.withdrawn_at is not None and it.submitted_at <= it.withdrawn_at:
        return None
    on_it = [word for word in words if word.decision_id == it.decision_id and not word.refused]
    since, reason = it.decided_at, it.reason or NONE
    if it.outcome != "review":
        asked = [word.at for word in on_it if word.type == "ReviewRequested"]
        if it.outcome != "decline" or it.cause != "policy" or not asked:
            return None
        since, reason = min(asked), REQUESTED
    given = [word for word in on_it if word.type == "ReviewGiven"]
    if any(word.answered for word in given):
        return None
    track = it.track or NONE
    return Waiting(it.application_id, it.decision_id, it.programme, track, reason, since, bool(given))


def choices(counted: Sequence[Counted], wanted: Wanted) -> dict[str, list[Choice]]:
    """What each filter may be set to, the most frequent first; what is chosen stays in the list."""
    found: dict[str, list[Choice]] = {}
    for name in Wanted._fields:
        others = wanted._replace(**{name: None})
        sizes: Counter[str] = Counter()
        for it in counted:
            sizes[getattr(it, name)] += it.n if others.fits(it) else 0
        chosen = getattr(wanted, name)
        found[name] = [
            Choice(value, n)
            for value, n in sorted(sizes.items(), key=lambda it: (-it[1], it[0]))
            if n or value == chosen
        ]
    return found


def places(policy: Mapping[str, Any] | None, decision: DecisionMade) -> list[tuple[str, list[str]]]:
    """The tracks that an advance may name, each with its units: the policy's; where it is not known, the decision's."""
    if policy is None:
        return [(it.track, []) for it in decision.tracks]
    return [(str(it["id"]), [_unit(unit) for unit in it.get("units", ())]) for it in policy.get("tracks", ())]


def _unit(given: Any) -> str:
    return str(given["id"] if isinstance(given, Mapping) else given)


def says_enough(why: str) -> bool:
    """Whether a reason is a few words at least: three, or as much in Chinese, where two characters count as one."""
    chinese = len(_CHINESE.findall(why))
    return len(_WORDS.findall(_CHINESE.sub(" ", why))) + chinese / 2 >= _FEWEST_WORDS


def age(waited: timedelta) -> tuple[str, dict[str, int]]:
    """How long somebody waits, in its two largest units: the key of the sentence, and its places."""
    minutes = max(0, int(waited.total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return "days", {"days": days, "hours": hours}
    if hours:
        return "hours", {"hours": hours, "minutes": minutes % 60}
    return "minutes", {"minutes": minutes}
