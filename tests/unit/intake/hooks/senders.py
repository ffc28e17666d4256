"""The five HR systems as senders: a payload of the shape each documents, signed as each signs. The values are ours."""

import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

KEY, OLD_KEY, WRONG_KEY = "a key of the tests 1", "a key of the tests 2", "a key of nobody"
API_KEY = "an API key of the tests"

Sent = tuple[bytes, dict[str, str]]
"""A body and its headers."""


@dataclass(frozen=True)
class Sender:
    """One system. `sign` takes the payload, the keys and the moment; `answers` is what its API knows, by path."""

    system: str
    payload: dict[str, Any]
    sign: Callable[[dict[str, Any], Sequence[str], float], Sent]
    external_id: str
    name: str
    email: str
    other: Callable[[dict[str, Any]], Any]
    """Turns the payload into an event that makes no application."""
    ok: int
    unverified: int
    signature: str
    """The header of the signature; empty where it is in the body."""
    ping: dict[str, Any] | None = None
    window_seconds: float | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, *keys: str, at: float | None = None, **changes: Any) -> Sent:
        """The sample, signed with the keys."""
        return self.sign(deepcopy(self.payload) | changes, keys or (KEY,), time.time() if at is None else at)

    def config(self, api: str, **more: Any) -> dict[str, Any]:
        """What the file of webhooks says of a source of this system."""
        told: dict[str, Any] = {"keys": [KEY, OLD_KEY], "programme": "ai-internships-2026"}
        return told | ({"api": api, "api_key": API_KEY} if self.answers else {}) | more


def digest(key: str, message: bytes) -> str:
    return hmac.new(key.encode(), message, "sha256").hexdigest()


def body_of(payload: Any) -> bytes:
    """As Greenhouse writes JSON: with escapes that a body written anew would lose."""
    return json.dumps(payload).replace("<", "\\u003c").replace(">", "\\u003e").encode()


def _greenhouse(payload: dict[str, Any], keys: Sequence[str], _: float) -> Sent:
    body = body_of(payload)
    return body, {"Signature": f"sha256 {digest(keys[0], body)}", "Greenhouse-Event-ID": "e-1"}


def _ashby(payload: dict[str, Any], keys: Sequence[str], _: float) -> Sent:
    body = body_of(payload)
    return body, {"Ashby-Signature": f"sha256={digest(keys[0], body)}"}


def _lever(payload: dict[str, Any], keys: Sequence[str], at: float) -> Sent:
    token, moment = payload.get("token", "6b4a9f6c"), int(at * 1000)
    proof = {"token": token, "triggeredAt": moment, "signature": digest(keys[0], f"{token}{moment}".encode())}
    return body_of(payload | proof), {}


def smartrecruiters(body: bytes, keys: Sequence[str], at: float, name: str = "application.created") -> Sent:
    headers = {
        "smartrecruiters-timestamp": str(int(at)),
        "event-id": "5e8f",
        "event-name": name,
        "event-version": "v201910",
        "link": "<https://api.smartrecruiters.com/candidates/c-77>; rel=self",
    }
    parts = [headers["smartrecruiters-timestamp"].encode(), body]
    parts += [headers[name].encode() for name in ("event-id", "event-name", "event-version", "link")]
    signatures = ";".join(f"v1={digest(key, b'.'.join(parts))}" for key in keys)
    return body, headers | {"smartrecruiters-signature": signatures}


def _smartrecruiters(payload: dict[str, Any], keys: Sequence[str], at: float) -> Sent:
    name = payload.pop("event-name", "application.created")
    return smartrecruiters(body_of(payload), keys, at, name)


def _workable(payload: dict[str, Any], keys: Sequence[str], _: float) -> Sent:
    body = body_of(payload)
    return body, {"X-Workable-Signature": digest(keys[0], body)}


GREENHOUSE = Sender(
    system="greenhouse",
    payload={
        "action": "new_candidate_application",
        "payload": {
            "application": {
                "id": 81234567,
                "rejected_at": None,
                "prospect": False,
                "status": "active",
                "applied_at": "2026-03-02T08:15:30Z",
                "source": {"id": 16, "name": "Campus <Spring>"},
                "custom_fields": {
                    "ai_ethics": {"name": "AI Ethics", "type": "long_text", "value": "By group, before and after."},
                    "automated_screening": {"name": "Automated screening", "type": "boolean", "value": True},
                },
                "candidate": {
                    "id": 60300001,
                    "first_name": "Mei",
                    "last_name": "Tanaka",
                    "external_id": None,
                    "phone_numbers": [{"value": "+81 90 1234 5678", "type": "mobile"}],
                    "email_addresses": [{"value": "mei.tanaka@mail.example", "type": "personal"}],
                    "educations": [
                        {
                            "school_name": "Example Institute of Technology",
                            "degree": "Bachelor's Degree",
                            "discipline": "Computer Science",
                            "start_date": "04/01/2022",
                            "end_date": "03/25/2026",
                        }
                    ],
                    "custom_fields": {
                        "graduation_year_1": {"name": "Graduation Year", "type": "single_select", "value": None},
                        "gpa": {"name": "GPA", "type": "short_text", "value": "3.4/4.0"},
                    },
                },
                "jobs": [{"id": 274075, "name": "AI Intern", "departments": [{"id": 1, "name": "Research"}]}],
            }
        },
    },
    sign=_greenhouse,
    external_id="81234567",
    name="Mei Tanaka",
    email="mei.tanaka@mail.example",
    other=lambda payload: payload | {"action": "hire_candidate"},
    ok=200,
    unverified=403,
    signature="Signature",
    ping={"action": "ping", "web_hook_id": 123},
)
ASHBY = Sender(
    system="ashby",
    payload={
        "webhookActionId": "75395d87-0000-4dc4-bc29-0cec185e5f06",
        "action": "applicationSubmit",
        "data": {
            "application": {
                "id": "0f1e2d3c-0000-4000-8000-00000000a5b1",
                "createdAt": "2026-03-02T08:15:30.123Z",
                "updatedAt": "2026-03-02T08:15:30.123Z",
                "status": "Active",
                "customFields": [
                    {"id": "f1", "title": "Graduation", "value": "2026-06-30"},
                    {"id": "f2", "title": "Automated screening", "value": "Yes"},
                ],
                "candidate": {
                    "id": "c0ffee00-0000-4000-8000-000000000001",
                    "name": "Noor Haddad",
                    "primaryEmailAddress": {"value": "noor@mail.example", "type": "Personal", "isPrimary": True},
                    "primaryPhoneNumber": {"value": "+44 20 7946 0958", "type": "Mobile", "isPrimary": True},
                },
                "job": {"id": "j1", "title": "AI Intern"},
                "currentInterviewStage": {"id": "s1", "title": "Application Review"},
            }
        },
    },
    sign=_ashby,
    external_id="0f1e2d3c-0000-4000-8000-00000000a5b1",
    name="Noor Haddad",
    email="noor@mail.example",
    other=lambda payload: payload | {"action": "candidateHire"},
    ok=200,
    unverified=400,
    signature="Ashby-Signature",
    ping={"action": "ping", "data": {"webhookType": "applicationSubmit"}},
)
LEVER = Sender(
    system="lever",
    payload={
        "id": "d-1",
        "event": "applicationCreated",
        "data": {"opportunityId": "opp-42", "applicationId": "app-42", "postingId": "post-9"},
    },
    sign=_lever,
    external_id="app-42",
    name="Ida Berg",
    email="ida.berg@mail.example",
    other=lambda payload: payload | {"event": "candidateStageChange"},
    ok=200,
    unverified=403,
    signature="",
    window_seconds=24 * 3600,
    answers={
        "/opportunities/opp-42?expand=applications": {
            "data": {
                "id": "opp-42",
                "name": "Ida Berg",
                "emails": ["ida.berg@mail.example"],
                "phones": [{"type": "mobile", "value": "+46 70 123 45 67"}],
                "createdAt": 1772439330000,
                "applications": [
                    {
                        "id": "app-42",
                        "type": "posting",
                        "customQuestions": [
                            {
                                "text": "Campus",
                                "fields": [
                                    {"type": "text", "text": "Graduation month", "value": "06/2026"},
                                    {"type": "yes-no", "text": "Automated screening?", "value": "Yes"},
                                ],
                            }
                        ],
                    }
                ],
            }
        }
    },
)
SMARTRECRUITERS = Sender(
    system="smartrecruiters",
    payload={"job_id": "j-5", "candidate_id": "c-77"},
    sign=_smartrecruiters,
    external_id="j-5:c-77",
    name="Tomasz Zielony",
    email="tomasz@mail.example",
    other=lambda payload: payload | {"event-name": "application.status.updated"},
    ok=202,
    unverified=403,
    signature="smartrecruiters-signature",
    window_seconds=3600,
    answers={
        "/candidates/c-77": {
            "id": "c-77",
            "firstName": "Tomasz",
            "lastName": "Zielony",
            "email": "tomasz@mail.example",
            "phoneNumber": "+48 600 100 200",
            "createdOn": "2026-03-02T08:15:30.259Z",
            "education": [
                {
                    "institution": "Example Polytechnic",
                    "degree": "Master of Science",
                    "major": "Applied Computer Science",
                    "current": True,
                    "startDate": "2024",
                    "endDate": "2026-06",
                }
            ],
            "experience": [],
        }
    },
)
WORKABLE = Sender(
    system="workable",
    payload={
        "id": "delivery-1",
        "event_type": "candidate_created",
        "fired_at": "2026-03-02T08:15:31Z",
        "resource_type": "candidate",
        "data": {
            "id": "ce4da98",
            "name": "Lakita Marsh",
            "firstname": "Lakita",
            "lastname": "Marsh",
            "email": "lakita@mail.example",
            "phone": "+1 415 555 2671",
            "job": {"shortcode": "GROOV005", "title": "AI Intern"},
            "created_at": "2026-03-02T08:15:30Z",
            "education_entries": [
                {
                    "id": "e1",
                    "degree": "BSc",
                    "school": "Example State University",
                    "field_of_study": "Statistics",
                    "start_date": "2022-09-01",
                    "end_date": "2026-06-01",
                }
            ],
            "answers": [
                {"question": {"body": "Automated screening?"}, "answer": {"checked": True}},
                {"question": {"body": "How would you test a model?"}, "answer": {"body": "On people it has not met."}},
            ],
        },
    },
    sign=_workable,
    external_id="ce4da98",
    name="Lakita Marsh",
    email="lakita@mail.example",
    other=lambda payload: payload | {"event_type": "candidate_moved"},
    ok=200,
    unverified=403,
    signature="X-Workable-Signature",
)
SENDERS = (GREENHOUSE, ASHBY, LEVER, SMARTRECRUITERS, WORKABLE)
