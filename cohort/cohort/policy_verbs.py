"""The verbs of `cohort policy` that bring a policy into force: propose, approve, list."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import asyncpg
import typer
from rich.markup import escape

from cohort.addresses import Addresses
from cohort.commands import ask, asked
from cohort.stack.errors import StackError
from cohort.tables import plain_table
from cohort.terminal import say, screen
from cohort.verb import PIPELINE_DATA, By, Data, Why, given, run_verb, running_pipeline
from hiring.events.command import PolicyApproved, PolicyProposed
from screening.in_force import ALWAYS
from screening.programmes import PolicyError, read_policy

policy = typer.Typer(no_args_is_help=True, help="A programme's policy: write it, try it, bring it into force.")
T = TypeVar("T")

SHORT = 12
"""So much of a digest is shown; a beginning of any length that only one has will do."""

_BEGINS = "SELECT digest, programme, name, version, effective_from FROM policies WHERE starts_with(digest, $1)"
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
            help="A date, or a date and time, as 2026-12-01 or 2026-12-01T09:00: it judges what is submitted from "
            "then on. Without it, what is submitted from now on."
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
        )
        await ask(running_pipeline(data), proposal)
        say(
            f"{read.name} {read.version} is proposed for what is submitted to {read.programme} from {told(start)} on.\n"
            f"Another person brings it into force: cohort policy approve {digest[:SHORT]} --by NAME --why TEXT"
        )

    run_verb(run())


@policy.command()
def approve(
    digest: Annotated[str, typer.Argument(help="The digest of the proposed policy, or its beginning.")],
    by: By,
    why: Why,
    data: Data = PIPELINE_DATA,
) -> None:
    """Bring a policy into force that another person proposed."""

    async def run() -> None:
        at = running_pipeline(data)
        found = await _from_screening(at, lambda connection: connection.fetch(_BEGINS, digest.lower()))
        if len(found) != 1:
            many = "several policies have" if found else "no policy has"
            raise StackError(f"{many} a digest that begins with {digest}: see `cohort policy list`")
        (row,) = found
        await ask(at, given(PolicyApproved, **asked(by, why), programme=row["programme"], digest=row["digest"]))
        say(
            f"{row['name']} {row['version']} is in force for what is submitted to {row['programme']} "
            f"from {told(row['effective_from'])} on; what was decided stays decided"
        )

    run_verb(run())


@policy.command("list")
def list_(data: Data = PIPELINE_DATA) -> None:
    """Every policy that was proposed, of each programme, and which one judges now."""
    rows = run_verb(_from_screening(running_pipeline(data), lambda connection: connection.fetch(_ALL)))
    table = plain_table("programme", "policy", "state", "judges from", "proposed", "approved", numbers=("digest",))
    for row in rows:
        table.add_row(
            *map(
                escape,
                (
                    row["programme"],
                    f"{row['name']} {row['version']}",
                    _state(row),
                    told(row["effective_from"]),
                    f"{row['proposed_by']}: {row['proposed_why']}",
                    f"{row['approved_by']}: {row['approved_why']}" if row["approved_at"] else "",
                    row["digest"][:SHORT],
                ),
            )
        )
    screen().print(table)


def moment(text: str) -> datetime:
    """A date or a moment as a person writes it; without an offset, by this machine's clock. Raises StackError."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise StackError(f"{text} is no date: write 2026-12-01, or with a time 2026-12-01T09:00") from None


def told(at: datetime) -> str:
    """A moment by this machine's clock, for a person to read."""
    return "the beginning" if at == ALWAYS else f"{at.astimezone():%Y-%m-%d %H:%M %Z}"


def _state(row: Any) -> str:
    if row["approved_at"] is None:
        return "proposed"
    if row["judges_now"]:
        return "judges now"
    return "judges later" if row["effective_from"] > datetime.now(UTC) else "judged before"


async def _from_screening(at: Addresses, read: Callable[["asyncpg.Connection[Any]"], Awaitable[T]]) -> T:
    connection = await asyncpg.connect(at.screening_dsn, timeout=10)
    try:
        return await read(connection)
    finally:
        await connection.close()
