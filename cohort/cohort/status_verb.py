"""`cohort status`: the parts, the topics, the counts; once, again and again, or for a script."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from cohort import pipeline
from cohort.addresses import Addresses
from cohort.broker_look import SERVICES
from cohort.console_access import ACCOUNT
from cohort.status import Looker, Status
from cohort.tables import plain_table
from cohort.terminal import screen
from cohort.verb import PIPELINE_DATA, Data, run_verb, running_pipeline

EVERY_SECONDS = 2.0
_NO_FILE = "."


def status(
    watch: Annotated[bool, typer.Option("--watch", help="Every two seconds, until Ctrl-C, with rates.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As JSON; with --watch a line each time.")] = False,
    data: Data = PIPELINE_DATA,
) -> None:
    """What the running pipeline holds and whether its parts are well. Status 1 where something is not ready."""

    async def once() -> bool:
        at, out = running_pipeline(data), screen()
        async with Looker(at, lambda: pipeline.processes(data)) as looker:
            found = await looker.look()
        if json:
            typer.echo(orjson.dumps(found.as_json(), option=orjson.OPT_INDENT_2).decode())
        else:
            out.print("\n".join(addresses(at)), highlight=False, markup=False, soft_wrap=True)
            out.print(shown(found))
        return found.ready

    if watch:
        # Ctrl-C is how it is meant to end.
        run_verb(_watch(running_pipeline(data), data, json), interrupted=0)
    elif not run_verb(once()):
        raise typer.Exit(1)


def addresses(at: Addresses) -> list[str]:
    """Where to reach the pipeline, a line each; no secrets."""
    account = f"  (log in as {ACCOUNT}; the password is in {at.console_password})" if at.local else ""
    told = [
        ("console", at.console_url, account),
        ("intake", at.intake_url, "  (POST /v1/applications, POST /v1/applications/bulk)"),
        ("Kafka", at.kafka, "  (topic hiring.submissions)"),
        ("letters", str(at.mailbox), ""),
        ("logs", str(at.logs), ""),
    ]
    return [f"{name:<14}{where}{more}" for name, where, more in told if where not in ("", _NO_FILE)]


async def _watch(at: Addresses, data: Path, json: bool) -> None:
    out = screen()
    async with Looker(at, lambda: pipeline.processes(data)) as looker:
        with _showing(out, json) as show:
            while True:
                show(await looker.look())
                await asyncio.sleep(EVERY_SECONDS)


@contextlib.contextmanager
def _showing(out: Console, json: bool) -> Iterator[Callable[[Status], None]]:
    """What shows each look: on a terminal in place of the one before."""
    if json:
        yield lambda found: typer.echo(orjson.dumps(found.as_json()).decode())
    elif not out.is_terminal:
        yield lambda found: out.print(shown(found))
    else:
        with Live(console=out, auto_refresh=False, screen=True) as live:
            yield lambda found: live.update(shown(found, small=True), refresh=True)


def shown(found: Status, *, small: bool = False) -> Group:
    """A look as a person reads it; `small` is for a terminal that it should fit on."""
    problems = [Text(line) for line in found.problems]
    tables = [_parts(found)]
    if found.topics:
        tables.append(_topics(found, small))
    if found.counts:
        tables.append(_counts(found))
    if small:
        for table in tables:
            table.box = None
    return Group(*problems, *tables) if small else Group(*tables, *problems)


def _parts(found: Status) -> Table:
    processes = any(part.pid for part in found.parts)
    rates = bool(found.done_per_second)
    numbers = [*(["done / s"] if rates else []), *(["process", "memory"] if processes else [])]
    table = plain_table("part", "state", numbers=numbers)
    for part in found.parts:
        rate = found.done_per_second.get(part.name)
        cells = [f"{rate:,.0f}" if rate is not None else ""] if rates else []
        if processes:
            cells += [str(part.pid or ""), _mib(part.memory_bytes)]
        table.add_row(part.name, escape(part.state), *cells)
    return table


def _topics(found: Status, small: bool) -> Table:
    readers = [name for name in SERVICES if any(name in topic.lag for topic in found.topics)]
    rates = any(topic.per_second is not None for topic in found.topics)
    numbers = ["records", *(["/ s"] if rates else []), *(f"{name}\nlag" for name in readers)]
    table = plain_table("topic", numbers=numbers)
    for topic in found.topics:
        if small and not topic.records:
            continue
        rate = ["" if topic.per_second is None else f"{topic.per_second:,.0f}"] if rates else []
        lags = [f"{topic.lag[name]:,}" if name in topic.lag else "" for name in readers]
        table.add_row(topic.name, f"{topic.records:,}", *rate, *lags)
    return table


def _counts(found: Status) -> Table:
    table = plain_table("count", "of", numbers=("records",))
    for what, of, number in found.counts:
        table.add_row(what, escape(of), f"{number:,}")
    return table


def _mib(memory: int | None) -> str:
    return "" if memory is None else f"{memory // 1024**2} MiB"
