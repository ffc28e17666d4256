"""The verbs of `cohort policy` that bring a policy into force: propose, approve, list."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any

import typer

from cohort.addresses import Addresses
from cohort.commands import ask, asked
from cohort.from_topics import policies
from cohort.service_tables import fetch
from cohort.stack.errors import StackError
from cohort.tables import print_indented
from cohort.terminal import say, screen
from cohort.verb import PIPELINE_DATA, By, Data, Why, data_option, given, run_verb, running_pipeline
from hiring.events.command import PolicyApproved, PolicyProposed
from screening.in_force import ALWAYS
from screening.programmes import PolicyError, read_policy

policy = typer.Typer(no_args_is_help=True, help="A programme's policy: write it, try it, bring it into force.")

SHORT = 12
"""So much of a digest is shown."""
FROM_APPROVAL = "from its approval on"
LEAST = 6
"""So much of it is enough where only one policy has it."""

# The last one of each programme that is in force for an application of this moment has no successor among those.
_ALL = """
SELECT *, approved_at IS NOT NULL AND effective_from <= now() AND row_number() OVER (
           PARTITION BY programme, approved_at IS NOT NULL AND effective_from <= now()
           ORDER BY effective_from DESC, approved_at DESC) = 1 AS judges_now
FROM policies ORDER BY programme, effective_from, approved_at NULLS LAST, proposed_at
"""


@policy.command()
def propose(
    file: Annotated[Path, typer.Argument(help="A policy, YAML.")],
    by: By,
    why: Why,
    effective_from: Annotated[
        str | None,
        typer.Option(
            help="A date, or a date and time, as 2026-12-01 or 2026-12-01T09:00+08:00, in UTC where it has no such "
            "offset: it judges what is submitted from then on. Without it, what is submitted after it was approved."
        ),
    ] = None,
    data: Data = PIPELINE_DATA,
) -> None:
    """Propose a policy; it comes into force when another person approves it."""

    async def run() -> None:
        try:
            read = await asyncio.to_thread(read_policy, file)
        except PolicyError as error:
            raise StackError(str(error)) from None
        command = asked(by, why)
        start = moment(effective_from) if effective_from else command["at"]
        digest = read.digest()
        proposal = given(
            PolicyProposed,
            **command,
            programme=read.programme,
            digest=digest,
            policy=read.content(),
            effective_from=start,
            from_approval=not effective_from,
        )
        await ask(running_pipeline(data), proposal)
        begins = f"from {told(start)} on" if effective_from else FROM_APPROVAL
        say(
            f"{read.name} {read.version} is proposed for what is submitted to {read.programme} {begins}.\n"
            f"What it changes: cohort policy diff active {digest[:SHORT]}{data_option(data)}\n"
            f"Another person brings it into force: "
            f"cohort policy approve {digest[:SHORT]} --by NAME --why TEXT{data_option(data)}"
        )

    run_verb(run())


@policy.command()
def approve(
    digest: Annotated[str, typer.Argument(help="The digest of the proposed policy, or six of its digits or more.")],
    by: By,
    why: Why,
    data: Data = PIPELINE_DATA,
) -> None:
    """Bring a policy into force that another person proposed."""

    async def run() -> None:
        command = asked(by, why)
        if len(digest) < LEAST:
            raise StackError(f"{digest} is too short: write at least {LEAST} digits of the digest")
        at = running_pipeline(data)
        found = [row for row in await _policies(at) if row["digest"].startswith(digest.lower())]
        if len(found) != 1:
            many = "several policies have" if found else "no policy has"
            raise StackError(f"{many} a digest that begins with {digest}: see `cohort policy list{data_option(data)}`")
        (row,) = found
        # Nobody approves another moment than they are told: the proposal may change before this is obeyed.
        named = {"from_approval": True} if row["from_approval"] else {"effective_from": row["effective_from"]}
        await ask(at, given(PolicyApproved, **command, programme=row["programme"], digest=row["digest"], **named))
        begins = "from now on" if row["from_approval"] else f"from {told(row['effective_from'])} on"
        say(
            f"{row['name']} {row['version']} is in force for what is submitted to {row['programme']} "
            f"{begins}; what was decided stays decided"
        )

    run_verb(run())


@policy.command("list")
def list_(data: Data = PIPELINE_DATA) -> None:
    """Every policy that was proposed, of each programme, and which one judges now."""
    rows = run_verb(_policies(running_pipeline(data)))
    out = screen()
    for programme, its in groupby(rows, itemgetter("programme")):
        print_indented(out, programme, 0)
        for row in its:
            what = f"{row['name']} {row['version']}  {row['digest'][:SHORT]}"
            waits = row["from_approval"] and row["approved_at"] is None
            begins = FROM_APPROVAL if waits else f"from {told(row['effective_from'])} on"
            print_indented(out, f"{what}  {_state(row)}, {begins}", 2)
            print_indented(out, f"proposed by {row['proposed_by']}: {row['proposed_why']}", 4)
            if row["approved_at"]:
                print_indented(out, f"approved by {row['approved_by']}: {row['approved_why']}", 4)


async def _policies(at: Addresses) -> Sequence[Any]:
    """Every policy, by programme and from when on it judges."""
    return await fetch(at.screening_dsn, _ALL) if at.screening_dsn else await policies(at.broker)


def moment(text: str) -> datetime:
    """A date or a moment as a person writes it; without an offset, in UTC. Raises StackError."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise StackError(f"{text} is no date: write 2026-12-01, or with a time 2026-12-01T09:00") from None


def told(at: datetime) -> str:
    """A moment in UTC, for a person to read."""
    return "the beginning" if at == ALWAYS else f"{at.astimezone(UTC):%Y-%m-%d %H:%M %Z}"


def _state(row: Any) -> str:
    if row["approved_at"] is None:
        return "proposed"
    if row["judges_now"]:
        return "judges now"
    return "judges later" if row["effective_from"] > datetime.now(UTC) else "judged before"
