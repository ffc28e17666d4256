"""The verbs of `cohort policy` that only look: check a file, tell how two policies differ, try one."""

from pathlib import Path
from typing import Annotated

import typer

from cohort import policy_source, whatif_report
from cohort.progress import ReadingProgress
from cohort.terminal import say, screen
from cohort.verb import PIPELINE_DATA, Data, run_verb, running_pipeline
from screening.programmes import PolicyError, read_policy
from screening.replaying import try_policy
from screening.whatif.describe import sentences
from screening.whatif.result import Tried, as_json
from screening.whatif.telling import changes

Named = Annotated[str, typer.Argument(help="A file; or of the running pipeline a digest, or `active`.")]


def check(file: Annotated[Path, typer.Argument(help="A policy, YAML.")]) -> None:
    """Say what the policy in a file says, or everything that is wrong with it and how to mend that."""
    try:
        policy = read_policy(file)
    except PolicyError as error:
        say(str(error))
        raise typer.Exit(1) from None
    screen().print(
        "\n".join([f"{file} is a policy", *sentences(policy)]), highlight=False, markup=False, soft_wrap=True
    )


def diff(before: Named, after: Named, data: Data = PIPELINE_DATA) -> None:
    """Say in sentences how a policy differs from an earlier one."""
    first, second = run_verb(policy_source.policies([before, after], data))
    screen().print("\n".join(changes(first, second)), highlight=False, markup=False, soft_wrap=True)


def try_(
    policy: Named,
    against: Annotated[
        str | None, typer.Option(help="Compare with this policy (as above) instead of with what was decided.")
    ] = None,
    programme: Annotated[str | None, typer.Option(help="Whose applications to try it on, if not its own.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="So many applications are named.")] = 10,
    data: Data = PIPELINE_DATA,
    json: Annotated[bool, typer.Option("--json", help="Print everything that was counted as JSON.")] = False,
) -> None:
    """Try a policy on every application there is: who would end elsewhere, and why. Changes nothing."""

    async def run() -> Tried:
        at = running_pipeline(data)
        candidate, *other = await policy_source.policies([policy, *([against] if against else [])], data)
        with ReadingProgress() as progress:
            return await try_policy(
                at.broker,
                candidate,
                against=other[0] if other else None,
                programme=programme or candidate.programme,
                shown=limit,
                show=progress.show,
            )

    tried = run_verb(run())
    if json:
        typer.echo(as_json(tried, indent=True).decode())
    else:
        whatif_report.show(tried, screen())


def add_to(verbs: typer.Typer) -> None:
    """Put these verbs beside the others of `cohort policy`."""
    verbs.command("check")(check)
    verbs.command("diff")(diff)
    verbs.command("try")(try_)
