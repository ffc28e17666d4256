"""The policies' pages: which one judges, trying another, proposing and approving it."""

from datetime import datetime
from typing import Any

from console.core.policies import listed, seats_of
from hiring.events.answer import PolicyTried
from hiring.events.command import PolicyApproved, PolicyProposed, PolicyTrialRequested
from hiring.events.policy import PolicyKnown

from .happened import id_of, minute
from .site import Site
from .test_pages import text

TEXT = 'name: ai-internships-2026\nversion: "3"\nprogramme: ai-internships-2026\n'
COMPARISON = {
    "applications": 3000,
    "undecided": 0,
    "earlier_revision": 0,
    "before": {"advance": 1000, "review": 500, "decline": 1500},
    "after": {"advance": 1100, "review": 400, "decline": 1500},
    "flips": [
        {
            "before": {"outcome": "review", "track": "ai", "unit": None},
            "after": {"outcome": "advance", "track": "ai", "unit": "cloud"},
            "applications": 100,
        }
    ],
    "flipped": 100,
    "moved": 0,
    "reviewed": [{"decided": "advance", "tried": "decline", "applications": 3}],
    "rules": [{"track": "ai", "rule": "statistics", "fails": 12, "unknown": 3, "declines_alone": 2, "holds_alone": 1}],
    "seats": [{"track": "ai", "seats": 1500, "before": 1000, "after": 1100}],
    "examples": [
        {
            "application_id": str(id_of(1)),
            "before": {"outcome": "review", "track": "ai", "unit": None},
            "after": {"outcome": "advance", "track": "ai", "unit": "cloud"},
            "because": [{"rule": "statistics", "observed": "0 of 6 courses", "required": None}],
        }
    ],
}


def known(
    version: str, effective: datetime | None = None, approved: float | None = None, by: str = "wei.zhang"
) -> PolicyKnown:
    return PolicyKnown.model_validate(
        {
            "digest": version * 64,
            "programme": "ai-internships-2026",
            "name": "ai-internships-2026",
            "version": version,
            "policy": {"name": "ai-internships-2026", "version": version},
            "effective_from": effective,
            "proposed_by": by,
            "proposed_why": "because",
            "proposed_at": minute(0),
            "sentences": ["It asks for a grade of 3.0."],
            "changes": ["The grade rises from 2.5 to 3.0."],
            **(
                {"approved_by": "mei.lin", "approved_why": "read", "approved_at": minute(approved)}
                if approved is not None
                else {}
            ),
        }
    )


def tried(command: Any) -> PolicyTried:
    policy = {"name": "ai-internships-2026", "version": "3", "digest": "3" * 64}
    result = {"comparison": COMPARISON, "other_programmes": 7, "unreadable": 0}
    return PolicyTried.model_validate(
        {
            "command_id": command,
            "programme": "ai-internships-2026",
            "policy": policy,
            "result": result,
            "tried_at": minute(9),
        }
    )


def test_the_last_that_came_into_force_judges_now() -> None:
    policies = [
        known("1", None, 1),
        known("2", minute(10), 2),
        known("3", minute(10), 3),
        known("4", minute(50), 4),
        known("5", minute(5)),
    ]
    [of] = listed(policies, minute(20)).values()
    assert [(it.policy.version, it.state) for it in of] == [
        ("5", "proposed"),
        ("4", "later"),
        ("3", "now"),
        ("2", "before"),
        ("1", "before"),
    ]


async def test_policies_are_listed_and_told_in_words(as_role: Any, site: Site) -> None:
    for policy in known("1", None, 1), known("2", minute(-5)):
        site.asked.known[policy.digest] = policy
    visitor = await as_role("viewer")
    page = text((await visitor.get("/policies")).text)
    assert "ai-internships-2026, version 1 judges now the beginning wei.zhang mei.lin" in page
    assert "version 2 waits for approval 2026-03-01" in page and "Try a policy" not in page
    page = text((await visitor.get(f"/policies/{'2' * 64}")).text)
    assert "The grade rises from 2.5 to 3.0." in page and "It asks for a grade" in page and "version: '2'" in page
    assert "Approve it" not in page, "for operators"
    assert (await visitor.get("/policies/unknown")).status_code == 404


async def test_a_policy_is_tried_looked_at_and_proposed(as_role: Any, site: Site) -> None:
    visitor = await as_role("operator")
    form = {"token": await visitor.token("/policies"), "text": TEXT, "why": "A later window"}
    answer = await visitor.post("/trials", data=form, files={"file": ("", b"", "text/plain")})
    [(_, command, key)] = site.asked.sent
    assert isinstance(command, PolicyTrialRequested) and command.policy is not None
    assert (key, command.policy["version"]) == ("ai-internships-2026", "3")
    path = f"/trials/{command.command_id}"
    assert answer.headers["location"].split("?")[0] == path
    page = await visitor.get(path)
    assert "under way" in page.text and 'http-equiv="refresh"' in page.text
    site.asked.tried[command.command_id] = tried(command.command_id)
    page = await visitor.get(path)
    assert 'http-equiv="refresh"' not in page.text
    for told in (
        "3,000 applications",
        "Advance 1,000 1,100 +100",
        "To a person 500 400 −100",
        "100 applications would end with another outcome",
        "AI 1,500 1,000 1,100",
        "no longer a rule",
        "7 applications of other programmes",
    ):
        assert told in text(page.text), told
    form = {"token": await visitor.token(path), "why": "Agreed", "effective_from": "2026-12-01T09:00"}
    answer = await visitor.post(path, data=form)
    _, command, _ = site.asked.sent[-1]
    assert isinstance(command, PolicyProposed)
    assert command.digest == "3" * 64 and command.policy["version"] == "3"
    assert command.effective_from.isoformat() == "2026-12-01T09:00:00+00:00"
    assert (await visitor.post(path, data=form | {"effective_from": "soon"})).status_code == 400


async def test_a_file_is_taken_and_what_is_no_policy_is_told_with_its_line(as_role: Any, site: Site) -> None:
    visitor = await as_role("operator")
    form = {"token": await visitor.token("/policies"), "text": "", "why": "A test"}
    answer = await visitor.post("/trials", data=form, files={"file": ("p.yaml", TEXT.encode(), "text/plain")})
    assert answer.status_code == 303
    for content, why in (
        (b"rules: [", "Line 1: is not YAML"),
        (b"", "Line 1: is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a: 1\n", "for which programme"),
        # 57 kB of text that says 100 MB.
        (b"programme: p\na: &a " + b"x" * 50_000 + b"\nb: [" + b"*a," * 2000 + b"]", "policy is too large"),
    ):
        answer = await visitor.post("/trials", data=form, files={"file": ("p.yaml", content, "text/plain")})
        assert answer.status_code == 400 and why in text(answer.text), content
    large = b"a" * 2_000_000
    answer = await visitor.post("/trials", data=form, files={"file": ("p.yaml", large, "text/plain")})
    assert answer.status_code == 413
    assert len(site.asked.sent) == 1


async def test_a_trial_that_is_refused_says_why(as_role: Any, site: Site) -> None:
    site.asked.refusal = "20 trials wait already"
    visitor = await as_role("operator")
    form = {"token": await visitor.token("/policies"), "text": TEXT, "why": "A test"}
    answer = await visitor.post("/trials", data=form)
    page = await visitor.get(answer.headers["location"])
    assert "20 trials wait already" in page.text and 'http-equiv="refresh"' not in page.text


async def test_another_person_approves_what_was_proposed(as_role: Any, site: Site) -> None:
    for policy in known("2", minute(5)), known("3", minute(5), by="operator"):
        site.asked.known[policy.digest] = policy
    visitor = await as_role("operator")
    assert "another person has to approve" in (await visitor.get(f"/policies/{'3' * 64}")).text
    path = f"/policies/{'2' * 64}"
    form = {"token": await visitor.token(path), "why": "Read", "effective_from": minute(5).isoformat()}
    assert (await visitor.post(f"{path}/approve", data=form)).status_code == 303
    [(_, command, _key)] = site.asked.sent
    assert isinstance(command, PolicyApproved)
    assert (command.digest, command.effective_from, command.by) == ("2" * 64, minute(5), "operator")
    await visitor.post(f"{path}/try", data=form)
    _, command, _ = site.asked.sent[-1]
    assert isinstance(command, PolicyTrialRequested) and command.digest == "2" * 64


def test_seats_are_those_that_the_policy_tells() -> None:
    policy = known("1").model_copy(update={"policy": {"tracks": [{"id": "ai", "seats": 1500}, {"id": "ops"}, "x"]}})
    assert seats_of(policy) == {"ai": 1500}
    assert seats_of(known("1")) == {}
