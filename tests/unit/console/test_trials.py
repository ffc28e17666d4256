"""The pages of trials: trying a policy, what it would change, and proposing it."""

import html
from typing import Any

from console.core.trials import elsewhere
from hiring.events.answer import PolicyTried
from hiring.events.command import PolicyProposed, PolicyTrialRequested
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


_PROPOSED: dict[str, Any] = {"digest": "3" * 64, "programme": "p", "name": "p", "version": "3", "effective_from": None}
_PROPOSED |= {"proposed_by": "wei.zhang", "proposed_at": minute(0)}


def tried(command: Any) -> PolicyTried:
    policy = {"name": "ai-internships-2026", "version": "3", "digest": "3" * 64}
    result = {"comparison": COMPARISON, "other_programmes": 7, "unreadable": 0}
    return PolicyTried.model_validate(
        {
            "command_id": command,
            "programme": "ai-internships-2026",
            "policy": policy,
            "result": result,
            "judged": {"name": "ai-internships-2026", "version": "2", "digest": "2" * 64},
            "changes": ["the rule grade is gone (was: at least 3 of 4)", "remark: a reason stayed as it was"],
            "tried_at": minute(9),
        }
    )


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
    assert f'<a href="{path}">' in (await visitor.get("/policies")).text, "it is found again before it is proposed"
    page = await visitor.get(path)
    assert 'http-equiv="refresh"' not in page.text
    for told in (
        "3,000 applications",
        "Advance 1,000 1,100 +100",
        "To a person 500 400 −100",
        "100 applications would end with another outcome",
        "AI 1,500 1,000 1,100",
        "no longer a rule",
        "Compared with the policy that judged when it was tried: ai-internships-2026, version 2",
        "the rule grade is gone (was: at least 3 of 4)",
        "7 applications of other programmes",
        "it counts in the seats, not in the outcomes",
    ):
        assert told in text(page.text), told
    form = {"token": await visitor.token(path), "why": "Agreed", "effective_from": "2026-12-01T09:00"}
    answer = await visitor.post(path, data=form)
    _, command, _ = site.asked.sent[-1]
    assert isinstance(command, PolicyProposed)
    assert command.digest == "3" * 64 and command.policy["version"] == "3"
    assert command.effective_from.isoformat() == "2026-12-01T09:00:00+00:00" and not command.from_approval
    assert f'<a href="/policies/{"2" * 64}">' in page.text and '<li class="remark">' in page.text
    await visitor.post(path, data=form | {"effective_from": ""})
    _, command, _ = site.asked.sent[-1]
    assert isinstance(command, PolicyProposed) and command.from_approval, "not before another person has approved it"
    assert "Judges from its approval" in text((await visitor.get("/actions")).text)
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


async def test_a_trial_that_is_refused_says_why_and_can_be_mended(as_role: Any, site: Site) -> None:
    site.asked.refusal = "20 trials wait already"
    visitor = await as_role("operator")
    form = {"token": await visitor.token("/policies"), "text": TEXT, "why": "A test"}
    answer = await visitor.post("/trials", data=form)
    page = await visitor.get(answer.headers["location"])
    assert "20 trials wait already" in page.text and 'http-equiv="refresh"' not in page.text
    assert "version: '3'" in html.unescape(page.text) and 'value="A test"' in page.text, "it is there to be mended"


async def test_a_trial_of_a_policy_that_is_proposed_leads_to_its_page(as_role: Any, site: Site) -> None:
    visitor = await as_role("viewer")
    site.asked.tried[id_of("tried")] = tried(id_of("tried"))
    path = f"/trials/{id_of('tried')}"
    assert "It is proposed" not in (await visitor.get(path)).text
    site.asked.known["3" * 64] = proposed = PolicyKnown.model_construct(**_PROPOSED)
    assert f'<a href="/policies/{"3" * 64}">It is proposed</a>' in (await visitor.get(path)).text
    site.asked.known["3" * 64] = proposed.model_copy(update={"approved_at": minute(3)})
    assert "It is approved" in (await visitor.get(path)).text


def test_what_a_result_does_not_say_is_not_known() -> None:
    odd = tried(id_of("odd")).model_copy(update={"result": {"comparison": {"flipped": 10**30, "moved": True}}})
    assert elsewhere(odd) == (None, None)
    assert elsewhere(tried(id_of("tried"))) == (100, 0)
