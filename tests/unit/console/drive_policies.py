"""The policies that the drive in `drive.py` is judged by, and what trying one of them came to."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from hiring.events.answer import PolicyTried
from hiring.events.policy import PolicyKnown

from .asked_in_memory import AskedInMemory
from .happened import id_of, minute

PROGRAMME = "ai-internships-2026"
OTHER = "cloud-apprentices-2026"
SEATS = {"ai": 180, "general": 90}
BEFORE, NOW, LATER, PROPOSED, FIRST = (sha256(version.encode()).hexdigest() for version in ("2", "3", "4", "5", "1"))
"""Digests of policies; the last is the other programme's."""
JUDGED_BY = {"name": PROGRAMME, "version": "3", "digest": NOW}

_FILE = Path(__file__).parents[3] / "services/screening/screening/policies/ai-internships-2026.yaml"
_SAYS = (
    "ai-internships-2026, version {version}, for the programme ai-internships-2026",
    "digest {digest}",
    "a course without an area is known by these many names: 13 for mathematics, 19 for computer science",
    "every application is asked 4 rules",
    "  consent: consent to data_processing and automated_screening; failing it sends to a person, whatever the other "
    "rules say",
    "  human-only: no wish for a person only; failing it sends to a person, whatever the other rules say",
    "  graduation: graduates 2025-11 to 2026-10; failing it declines",
    "  degree: bachelor or master or doctorate; failing it declines",
    "track ai: 180 seats, in cloud, research, delivery; 5 rules more",
    "  mathematics: at least 2 in mathematics; failing it declines",
    "  computer-science: at least 2 in computer-science; failing it declines",
    "  statistics: at least 1 in statistics; failing it declines",
    "  ai-project: at least 1 AI project; failing it declines",
    "  ai-ethics: ai-ethics in at least 30 words; failing it sends to a person",
    "  a score of 100 points: advances from 50, to a person from 35, declined below 35",
    "    foundations: up to 35 points by foundations, none at 2, full at 10",
    "    ai-projects: up to 25 points by projects, ai yes, full at 3",
    "track general: 90 seats, in cloud, research, delivery; 2 rules more",
    "  computing: at least 1 in computer-science; failing it declines",
    "  project: at least 1 project; failing it sends to a person",
)
_CHANGES = (
    "the version goes from 3 to 5",
    "ai, mathematics: now asks for at least 1 course (was 2)",
    "ai, score: the score to advance goes from 50 to 45",
    "remark: ai, mathematics: asks for something else in the same words: is its reason in "
    "English and Chinese still true?",
)


def content(version: str) -> dict[str, Any]:
    """The reference policy under another version, with the seats of this drive."""
    policy: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    for track in policy["tracks"]:
        track["seats"] = SEATS[track["id"]]
    return policy | {"version": version}


def fill_policies(asked: AskedInMemory) -> None:
    """One that judges now, one that will, one that waits for a second person, and one from the beginning."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for digest, version, days, approved in (
        (BEFORE, "2", None, True),
        (NOW, "3", -30, True),
        (LATER, "4", 21, True),
        (PROPOSED, "5", 7, False),
    ):
        effective = None if days is None else today + timedelta(days=days)
        proposed = (effective or today - timedelta(days=200)) - timedelta(days=9, hours=-8, minutes=-12)
        asked.known[digest] = _known(digest, version, effective, min(proposed, today), approved)
    other = {"programme": OTHER, "name": OTHER, "policy": {"name": OTHER, "version": "1"}, "sentences": ()}
    first = _known(FIRST, "1", None, today - timedelta(days=60), True)
    asked.known[FIRST] = first.model_copy(update=other)


def _known(digest: str, version: str, effective: datetime | None, proposed: datetime, approved: bool) -> PolicyKnown:
    second = {
        "approved_by": "mei.lin",
        "approved_why": "Read, and tried on the spring's applications.",
        "approved_at": proposed + timedelta(days=1, hours=3),
    }
    return PolicyKnown.model_validate(
        {
            "digest": digest,
            "programme": PROGRAMME,
            "name": PROGRAMME,
            "version": version,
            "policy": content(version),
            "effective_from": effective,
            "proposed_by": "wei.zhang",
            "proposed_why": "Half of those declined for mathematics had one long course instead of two short ones.",
            "proposed_at": proposed,
            "sentences": [line.format(version=version, digest=digest) for line in _SAYS],
            "changes": None if effective is None else _CHANGES,
            **(second if approved else {}),
        }
    )


def _place(outcome: str, track: str | None = None, unit: str | None = None) -> dict[str, str | None]:
    return {"outcome": outcome, "track": track, "unit": unit}


def _flip(before: Any, after: Any, n: int) -> dict[str, Any]:
    return {"before": before, "after": after, "applications": n}


def _effect(track: str, rule: str, *n: int) -> dict[str, Any]:
    return {"track": track, "rule": rule} | dict(
        zip(("fails", "unknown", "declines_alone", "holds_alone"), n, strict=True)
    )


_DECLINED, _REVIEWED = _place("decline"), _place("review", "ai")
_COMPARISON = {
    "applications": 523,
    "undecided": 34,
    "earlier_revision": 2,
    "before": {"advance": 231, "review": 98, "decline": 194},
    "after": {"advance": 268, "review": 89, "decline": 166},
    "flips": [
        _flip(_REVIEWED, _place("advance", "ai", "research"), 18),
        _flip(_DECLINED, _place("advance", "ai", "cloud"), 19),
        _flip(_DECLINED, _REVIEWED, 9),
        _flip(_place("advance", "general", "cloud"), _place("advance", "ai", "cloud"), 6),
    ],
    "flipped": 46,
    "moved": 6,
    "reviewed": [{"decided": "advance", "tried": "decline", "applications": 3}],
    "rules": [
        _effect("", "graduation", 61, 4, 38, 2),
        _effect("", "consent", 12, 3, 0, 9),
        _effect("ai", "mathematics", 20, 11, 6, 4),
        _effect("ai", "statistics", 47, 11, 21, 3),
        _effect("general", "project", 15, 0, 0, 15),
    ],
    "seats": [
        {"track": "ai", "seats": 180, "before": 152, "after": 195},
        {"track": "general", "seats": 90, "before": 79, "after": 73},
    ],
    "examples": [
        _flip(_DECLINED, _place("advance", "ai", "cloud"), 1)
        | {
            "application_id": str(id_of(1)),
            "because": [{"rule": "mathematics", "observed": "1 of 7 courses", "required": "at least 1 in mathematics"}],
        },
        _flip(_REVIEWED, _place("advance", "ai", "research"), 1)
        | {
            "application_id": str(id_of(3)),
            "because": [{"rule": "score", "observed": "47.5 of 100", "required": "advances from 45"}],
        },
        _flip(_DECLINED, _REVIEWED, 1)
        | {
            "application_id": str(id_of(4)),
            "because": [{"rule": "ai-thesis", "observed": None, "required": None}],
        },
    ],
}


def tried(command: Any) -> PolicyTried:
    """What trying the policy that is proposed came to."""
    return PolicyTried.model_validate(
        {
            "command_id": command,
            "programme": PROGRAMME,
            "policy": {"name": PROGRAMME, "version": "5", "digest": PROPOSED},
            "result": {"comparison": _COMPARISON, "other_programmes": 41, "unreadable": 0},
            "judged": JUDGED_BY,
            "changes": _CHANGES,
            "tried_at": minute(39),
        }
    )
