"""The policies' pages: which one judges, what was tried of one, and approving it."""

from datetime import datetime
from typing import Any

from console.core.policies import line, listed, seats_of
from hiring.events.command import PolicyApproved, PolicyTrialRequested
from hiring.events.policy import PolicyKnown

from .happened import minute
from .site import Site
from .test_pages import text
from .test_trials import tried


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


def test_the_last_that_came_into_force_judges_now() -> None:
    policies = [
        known("1", None, 1),
        known("2", minute(10), 2),
        known("3", minute(10), 3),
        known("4", minute(50), 4),
        known("5", minute(5)),
    ]
    [of] = listed(map(line, policies), minute(20)).values()
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


async def test_what_was_tried_of_a_policy_stands_before_its_approval(as_role: Any, site: Site) -> None:
    proposed = known("3", minute(5))
    site.asked.known[proposed.digest] = proposed
    visitor, path = await as_role("operator"), f"/policies/{proposed.digest}"
    page = text((await visitor.get(path)).text)
    assert page.index("Nobody has tried it") < page.index("Try it on every application") < page.index("Approve it")
    form = {"token": await visitor.token(path), "why": "Is it too narrow?"}
    await visitor.post(f"{path}/try", data=form)
    first = site.asked.sent[-1][1]
    await visitor.post(f"{path}/try", data=form)
    second = site.asked.sent[-1][1]
    site.asked.tried[first.command_id] = tried(first.command_id).model_copy(update={"tried_at": minute(50)})
    shown = (await visitor.get(path)).text
    assert "Nobody has tried it" not in shown
    assert f'href="/trials/{first.command_id}"' in shown and f'href="/trials/{second.command_id}"' in shown
    told = "operator 100 applications would end with another outcome, 0 with the same on another track or unit."
    assert f"2026-03-01 08:50:00 UTC {told}" in text(shown) and "operator under way" in text(shown)
    site.asked.tried[second.command_id] = tried(second.command_id).model_copy(
        update={"result": None, "problem": "no room", "tried_at": minute(51)}
    )
    page = text((await visitor.get(path)).text)
    assert page.index("operator it could not be tried") < page.index(told) < page.index("Approve it"), "newest first"


async def test_who_approves_a_policy_without_a_date_is_told_when_it_begins(as_role: Any, site: Site) -> None:
    undated, late = known("2", minute(5)).model_copy(update={"from_approval": True}), known("3", minute(5))
    site.asked.known |= {it.digest: it for it in (undated, late)}
    visitor, path = await as_role("operator"), f"/policies/{undated.digest}"
    assert "waits for approval its approval wei.zhang" in text((await visitor.get("/policies")).text)
    shown = (await visitor.get(path)).text
    assert "it judges what is submitted from that moment on" in text(shown) and "moment is past" not in shown
    assert 'name="from_approval" value="true"' in shown and 'name="effective_from"' not in shown
    form = {"token": await visitor.token(path), "why": "Read", "from_approval": "true"}
    assert (await visitor.post(f"{path}/approve", data=form)).status_code == 303
    command = site.asked.sent[-1][1]
    assert isinstance(command, PolicyApproved)
    assert (command.from_approval, command.effective_from) == (True, None)
    shown = (await visitor.get(f"/policies/{late.digest}")).text
    assert "That moment is past: it also judges what was submitted since" in text(shown)


def test_seats_are_those_that_the_policy_tells() -> None:
    policy = known("1").model_copy(update={"policy": {"tracks": [{"id": "ai", "seats": 1500}, {"id": "ops"}, "x"]}})
    assert seats_of(policy) == {"ai": 1500}
    assert seats_of(known("1")) == {}
