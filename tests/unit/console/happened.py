"""Events of applications as the console reads them, made up for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from console.core.happenings import Event, Forgotten, Happening, Place
from hiring.events.application import ApplicationSubmitted
from hiring.events.command import ApplicationWithdrawn, LetterSettled, ReviewGiven, ReviewRequested
from hiring.events.decision import DecisionMade
from hiring.events.notification import NotificationRecorded
from hiring.topics import APPLICATIONS, COMMANDS, DECISIONS, NOTIFICATIONS

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
FACTS = {
    "education": [
        {"level": "master", "field": "Statistics", "graduation": "2026-06", "grade": {"value": 3.6, "scale": 4}}
    ],
    "courses": [{"name": "Linear algebra", "area": "mathematics"}],
    "projects": [{"title": "Triage of X-rays", "kind": "academic", "ai": True, "summary": "Orders X-rays."}],
    "answers": {"ai-ethics": "A model must be able to say why."},
    "preferences": {"tracks": ["ai"], "units": []},
    "consents": {"data_processing": True, "automated_screening": True, "human_only": None},
}


def minute(n: float) -> datetime:
    return START + timedelta(minutes=n)


def id_of(name: object) -> UUID:
    return uuid5(NAMESPACE_URL, str(name))


def submitted(n: int, at: float = 0, revision: int = 1, **more: Any) -> ApplicationSubmitted:
    return ApplicationSubmitted.model_validate(
        {
            "application_id": id_of(n),
            "candidate_id": f"{n:064x}",
            "revision": f"{revision:064x}",
            "source": "campus-portal",
            "programme": "ai-internships-2026",
            "submitted_at": minute(at),
            "facts": FACTS,
            **more,
        }
    )


def decided(n: int, outcome: str = "advance", at: float = 1, name: object = "d", **more: Any) -> DecisionMade:
    rule = {"rule": "graduation", "verdict": "pass", "observed": "2026-06", "required": "graduates 2025-11 to 2026-10"}
    return DecisionMade.model_validate(
        {
            "decision_id": id_of((n, name)),
            "application_id": id_of(n),
            "candidate_id": f"{n:064x}",
            "revision": f"{1:064x}",
            "programme": "ai-internships-2026",
            "policy": {"name": "ai-internships-2026", "version": "3", "digest": "c" * 64},
            "outcome": outcome,
            "track": "ai",
            "unit": "research",
            "rules": [rule],
            "submitted_at": START,
            "decided_at": minute(at),
            # As screening says it of itself.
            "decided_by": "policy",
            **more,
        }
    )


def told(n: int, state: str = "sent", at: float = 2, decision: object = "d", **more: Any) -> NotificationRecorded:
    return NotificationRecorded.model_validate(
        {
            "notification_id": id_of((n, decision, state, at)),
            "decision_id": id_of((n, decision)),
            "application_id": id_of(n),
            "candidate_id": f"{n:064x}",
            "state": state,
            "message_id": None,
            "attempts": 1,
            "recorded_at": minute(at),
            **more,
        }
    )


def _command(n: int, at: float, name: object) -> dict[str, Any]:
    return {
        "command_id": id_of((n, name, at)),
        "by": "li.na",
        "why": "because",
        "at": minute(at),
        "application_id": id_of(n),
    }


def withdrawn(n: int, at: float = 3) -> ApplicationWithdrawn:
    return ApplicationWithdrawn(**_command(n, at, "withdrawn"), source="campus-portal")


def review_given(n: int, verdict: Any = "advance", at: float = 3, decision: object = "d") -> ReviewGiven:
    return ReviewGiven(**_command(n, at, "given"), decision_id=id_of((n, decision)), verdict=verdict)


def review_requested(n: int, at: float = 3, decision: object = "d") -> ReviewRequested:
    return ReviewRequested(**_command(n, at, "asked"), decision_id=id_of((n, decision)))


def settled(n: int, at: float = 3, decision: object = "d") -> LetterSettled:
    return LetterSettled(**_command(n, at, "settled"), decision_id=id_of((n, decision)), then="send")


TOPIC: dict[type, str] = {
    ApplicationSubmitted: APPLICATIONS,
    DecisionMade: DECISIONS,
    NotificationRecorded: NOTIFICATIONS,
}


def happening(n: int, event: Event, offset: int = 0) -> Happening:
    topic = event.topic if isinstance(event, Forgotten) else TOPIC.get(type(event), COMMANDS)
    return Happening(Place(topic, 0, offset), id_of(n), event, minute(30))


def forgotten(topic: str = APPLICATIONS, at: float = 5) -> Forgotten:
    return Forgotten(topic, minute(at))
