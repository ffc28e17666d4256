"""`cohort doctor`: what is wrong with a pipeline, and what to do."""

from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.text import Text

from cohort.doctor.examining import examine
from cohort.doctor.finding import Finding, Verdict
from cohort.terminal import say, screen
from cohort.verb import PIPELINE_DATA, Data, run_verb, running_pipeline

_MARKS = {
    Verdict.OK: ("ok     ", "green"),
    Verdict.WRONG: ("WRONG  ", "bold red"),
    Verdict.UNKNOWN: ("?      ", "yellow"),
}


def doctor(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False, data: Data = PIPELINE_DATA) -> None:
    """Check addresses, logins, rights, topics, versions, clocks, mail and more. Status 1 where a check fails."""
    at, out = running_pipeline(data), screen()

    def tell(finding: Finding) -> None:
        if not json:
            _print(out, finding)

    found = run_verb(examine(at, data if at.local else None, tell))
    failed = sum(it.verdict is Verdict.WRONG for it in found)
    skipped = sum(it.verdict is Verdict.UNKNOWN for it in found)
    if json:
        told = {"well": not failed, "findings": [it._asdict() for it in found]}
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        said = f"{failed} of {len(found)} checks failed" if failed else "nothing wrong was found"
        say(said + (f"; {skipped} could not be looked at" if skipped else ""))
    if failed:
        raise typer.Exit(1)


def _print(out: Console, finding: Finding) -> None:
    mark, style = _MARKS[finding.verdict]
    out.print(Text.assemble((mark, style), f"{finding.check}: {finding.says}"), highlight=False, soft_wrap=True)
    if finding.do:
        out.print(Text(f"       {finding.do}", style="dim"), highlight=False, soft_wrap=True)
