"""The operators' verbs, as a person types them: propose, approve, list; review."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from cohort.pipeline import Pipeline

from .screening_stand import JUNE, Stand, policy, stand

pytestmark = pytest.mark.stack


@pytest.fixture
async def at(pipeline: Pipeline) -> AsyncIterator[Stand]:
    async with stand(pipeline) as found:
        yield found


async def cohort(at: Stand, *arguments: object) -> tuple[int, str]:
    """The status and what is printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cohort", *map(str, arguments), "--data", str(at.pipeline.addresses.logs.parent)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "250", "TZ": "UTC"},
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode()


def who(by: str) -> tuple[str, ...]:
    return "--by", by, "--why", "agreed on Monday"


async def test_two_people_bring_a_policy_into_force_and_a_reviewer_decides_by_it(at: Stand, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump(policy(at.programme).content(), allow_unicode=True), encoding="utf-8")
    status, said = await cohort(at, "policy", "propose", file, *who("Wei"), "--effective-from", "2026-01-01")
    assert (status, f"submitted to {at.programme} from 2026-01-01 00:00 UTC on" in said) == (0, True), said
    named = re.search(r"cohort policy approve ([0-9a-f]{12}) ", said)
    assert named is not None
    assert f"--data {at.pipeline.addresses.logs.parent}\n" in said
    assert await cohort(at, "policy", "approve", named[1], *who("wei")) == (
        2,
        "refused: who proposed a policy does not approve it: another person must\n",
    )
    assert f"{at.programme} 1  {named[1]}  proposed, from 2026-01-01 00:00 UTC on" in await listed(at)
    status, said = await cohort(at, "policy", "approve", named[1], *who("Lin"))
    assert (status, "is in force" in said) == (0, True), said
    assert f"{at.programme} 1  {named[1]}  judges now, from 2026-01-01 00:00 UTC on" in await listed(at)

    decision = await at.decided(await at.apply(JUNE))
    _, waiting = await cohort(at, "review", "--programme", at.programme)
    assert f"{decision.application_id}  {at.programme}, track ai, since " in waiting
    assert "    Version 1 asks for it." in waiting
    status, said = await cohort(at, "review", decision.application_id, "advance", *who("Mia"), "--track", "general")
    assert (status, "decided by Mia; a letter follows: cohort letters list" in said) == (0, True), said
    made = await at.decided(decision.application_id, 2)
    assert (made.outcome, made.track, made.decided_by, made.note) == ("advance", "general", "Mia", "agreed on Monday")
    status, said = await cohort(at, "review", decision.application_id, "decline", *who("Noor"))
    assert (status, "it is decided (advance by Mia)" in said) == (2, True), said
    assert str(decision.application_id) not in (await cohort(at, "review", "--programme", at.programme))[1]


async def test_a_reviewer_sees_who_asks_for_a_person_and_what_was_withdrawn(at: Stand) -> None:
    await at.bring_into_force(policy(at.programme))
    declined = await at.decided(await at.apply(data_processing=False))
    application = declined.application_id
    status, said = await cohort(at, "review", application, "decline", *who("Mia"))
    assert (status, "it is decided (decline by policy)" in said) == (2, True), said
    assert await at.answered(await at.request(declined)) is None
    _, waiting = await cohort(at, "review", "--programme", at.programme)
    line = f"{application}  {at.programme}, track ai, declined, and the candidate asks for a person, since "
    assert line in waiting
    assert "    Version 1 asks for it." in waiting
    assert "The candidate asked at " in (await cohort(at, "explain", application))[1]
    status, said = await cohort(at, "review", application, "decline", *who("Mia"))
    assert status == 0, said
    assert (await at.decided(application, 2)).decided_by == "Mia"
    assert "nothing waits for a person" in (await cohort(at, "review", "--programme", at.programme))[1]

    taken_back = await at.apply(JUNE)
    await at.decided(taken_back)
    assert await at.answered(await at.withdraw(taken_back)) is None
    assert "nothing waits for a person" in (await cohort(at, "review", "--programme", at.programme))[1]
    status, said = await cohort(at, "review", taken_back, "advance", *who("Mia"))
    assert (status, "was withdrawn at 20" in said, "have the HR system send it again" in said) == (2, True, True), said
    assert "Withdrawn at 20" in (await cohort(at, "explain", taken_back))[1]


async def listed(at: Stand) -> str:
    return (await cohort(at, "policy", "list"))[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("policy", "propose", "no-such.yaml", *who("Wei")), "no-such.yaml: cannot be read"),
        (("policy", "approve", "0123456789", *who("Wei")), "no policy has a digest that begins with"),
        (("review", "b3bff303-8317-5957-8f4c-987d491fe1e1", "advance", *who("Mia")), "there is no decision"),
        (("policy", "approve", "01234", *who("Wei")), "at least 6 digits"),
        (("policy", "approve", "0123456789", "--by", "Wei", "--why", " "), "say why: --why TEXT"),
        (("review", "17", "advance", *who("Mia")), "is no application id"),
        (("review", "17", "advance", "--by", "", "--why", "so"), "say who you are: --by NAME"),
        (("review", "b3bff303-8317-5957-8f4c-987d491fe1e1", "perhaps"), "advance|decline"),
    ],
)
async def test_a_slip_is_answered_with_what_to_do(at: Stand, arguments: tuple[str, ...], words: str) -> None:
    status, said = await cohort(at, *arguments)
    assert (status, words in said) == (2, True), said


async def test_an_unknown_programme_is_said_so(at: Stand) -> None:
    status, said = await cohort(at, "review", "--programme", "nix")
    assert (status, "no policy is for a programme nix; there are: " in said) == (0, True), said


async def test_a_policy_judges_from_its_approval_on_where_no_date_is_given(at: Stand, tmp_path: Path) -> None:
    proposed, file = policy(at.programme), tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump(proposed.content()), encoding="utf-8")
    status, said = await cohort(at, "policy", "propose", file, *who("Wei"))
    assert (status, "from its approval on." in said) == (0, True), said
    assert "proposed, from its approval on" in (await cohort(at, "policy", "list"))[1]
    meanwhile = await at.decided(await at.apply(datetime.now(UTC), data_processing=False))
    between = datetime.now(UTC)
    status, said = await cohort(at, "policy", "approve", proposed.digest()[:12], *who("Lin"))
    assert (status, "from now on" in said) == (0, True), said
    late = await at.decided(await at.apply(between, data_processing=False))
    after = await at.decided(await at.apply(datetime.now(UTC), data_processing=False))
    assert [meanwhile.policy.name, late.policy.name] == ["no-policy"] * 2, "nobody had approved it"
    assert after.policy.digest == proposed.digest()
    status, said = await cohort(at, "policy", "propose", file, *who("W\t"), "--effective-from", "soon")
    assert (status, "write 2026-12-01" in said) == (2, True), said
    assert await at.database.fetchval(
        "SELECT effective_from = approved_at FROM policies WHERE programme = $1", at.programme
    )
