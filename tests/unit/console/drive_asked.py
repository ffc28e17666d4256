"""What people asked for in the drive in `drive.py`: obeyed with and without a note, refused, not answered yet."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from console.store.asked import Answer
from hiring.events.answer import PolicyTried
from hiring.events.command import (
    Command,
    DeadLettersSettled,
    LetterSettled,
    LettersPaused,
    PolicyApproved,
    PolicyProposed,
    PolicyTrialRequested,
    ReviewGiven,
)

from .asked_in_memory import AskedInMemory
from .drive_policies import NOW, OTHER, PROGRAMME, content, tried
from .happened import id_of, minute

TRIED, UNDER_WAY, TOO_LATE, NO_POLICY = id_of("tried"), id_of("under way"), id_of("too late"), id_of("no policy")
"""Commands that try a policy: with a result, without one yet, refused, and of what is no policy."""
_PROBLEM = "rules.2.latest: names no month; write it as 2026-10"
_LEFT = (
    "3 dead letters given to their services once more; left as they are: 1 dead letter: a newer revision of the "
    "application came since, and this one would take its place; discard it"
)


def fill_asked(asked: AskedInMemory) -> None:
    """Commands of every kind that a page tells apart."""
    for command, service in [*_of_policies(), *_of_letters(), *_trials()]:
        _tell(asked, command, service, "20 trials wait already" if command.command_id == TOO_LATE else None)
    asked.tried[TRIED] = tried(TRIED)
    asked.tried[NO_POLICY] = PolicyTried(
        command_id=NO_POLICY, programme=PROGRAMME, problem=_PROBLEM, tried_at=minute(31)
    )
    given = {"application_id": id_of(1), "decision_id": id_of((1, "first")), "verdict": "advance"}
    why = "The thesis is an AI project in all but name."
    _tell(asked, ReviewGiven(**_by("given", "li.na", 30, why), **given), "screening")
    group = {"topic": "hiring.submissions", "flaw": "invalid", "failed_until": minute(2)}
    redrive = _by("redrive", "operator", 14, "campus-portal sends addresses again")
    _tell(asked, DeadLettersSettled(**redrive, then="redrive", group=group), "console", note=_LEFT)
    stuck = {"application_id": id_of(5), "decision_id": id_of((5, "d")), "then": "send"}
    late = LetterSettled(**_by("late", "operator", 20, "The mailbox is there again, says the university"), **stuck)
    _tell(asked, late, "notify", "the letter is not stuck: it was sent meanwhile")


def _of_policies() -> list[tuple[Command, str | None]]:
    which = {"programme": PROGRAMME, "digest": NOW}
    proposed = _by("proposed", "wei.zhang", 2, "One long course counts as much as two short ones")
    approved = _by("approved", "mei.lin", 5, "Read, and tried on the spring's applications")
    return [
        (PolicyProposed(**proposed, **which, policy={}, effective_from=minute(9)), "screening"),
        (PolicyApproved(**approved, **which), "screening"),
    ]


def _of_letters() -> list[tuple[Command, str | None]]:
    why = "The wording for the cloud track names the wrong month"
    return [(LettersPaused(**_by("pause", "mei.lin", 12, why), programme=OTHER), "notify")]


def _trials() -> list[tuple[Command, str | None]]:
    def trial(id_: UUID, at: float, why: str, version: str) -> PolicyTrialRequested:
        return PolicyTrialRequested(**_by(id_, "operator", at, why), programme=PROGRAMME, policy=content(version))

    return [
        (trial(NO_POLICY, 31, "Does a thesis count?", "5"), "screening"),
        (trial(TOO_LATE, 32, "Does a thesis count?", "5"), "screening"),
        (trial(TRIED, 38, "One long course counts as much as two short ones", "5"), "screening"),
        (trial(UNDER_WAY, 39, "And with 40 points?", "6"), None),
    ]


def _by(id_: UUID | str, by: str, at: float, why: str) -> dict[str, Any]:
    return {"command_id": id_ if isinstance(id_, UUID) else id_of(id_), "by": by, "at": minute(at), "why": why}


def _tell(
    asked: AskedInMemory, command: Command, service: str | None, refusal: str | None = None, note: str | None = None
) -> None:
    asked.sent.append(("", command, ""))
    if service is not None:
        answer = Answer(service, refusal, command.at + timedelta(seconds=2), note)
        asked.answered[command.command_id] = [answer]
