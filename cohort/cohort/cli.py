"""The command `cohort`: the whole pipeline on one machine, and the operators' verbs against a running one."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from cohort import (
    console_verb,
    demo,
    demo_folder,
    dlq_verbs,
    doctor_verb,
    explain,
    letters_operating,
    letters_verbs,
    pipeline,
    policy_verbs,
    review_verbs,
    sources,
    status_verb,
    submit_verb,
    topics_verb,
    whatif_verbs,
)
from cohort.api_key import KeyFile, api_key, source_of
from cohort.drive.file import read_lines
from cohort.drive.generate import generate
from cohort.terminal import say, screen
from cohort.verb import PIPELINE_DATA, Data, Folder, data_option, run_verb, running_pipeline
from hiring.explanation.words import Language

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
letters_operating.add_to(letters_verbs.letters)
app.add_typer(letters_verbs.letters, name="letters")
app.add_typer(dlq_verbs.dlq, name="dlq")
app.add_typer(policy_verbs.policy, name="policy")
app.add_typer(sources.sources, name="sources")
whatif_verbs.add_to(policy_verbs.policy)
app.command()(review_verbs.review)
app.command()(submit_verb.submit)
app.command()(status_verb.status)
app.command()(topics_verb.topics)
app.command()(doctor_verb.doctor)
console_verb.add_to(app)
T = TypeVar("T")

DEMO_DATA = Path(".cohort/demo")


@app.command("demo")
def demo_(
    size: Annotated[int, typer.Option(min=1, help="How many applications to make up.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed makes another drive.")] = 2026,
    input_: Annotated[
        Path | None,
        typer.Option("--input", exists=True, dir_okay=False, help="Send this NDJSON file instead."),
    ] = None,
    key_file: KeyFile = None,
    data: Folder = DEMO_DATA,
    keep: Annotated[bool, typer.Option(help="Go on with what an earlier demo left in the data folder.")] = False,
) -> None:
    """Run a whole hiring drive through real Kafka, Postgres and SMTP, and account for every application."""
    begin = demo_folder.go_on if keep else demo_folder.begin_anew

    async def run() -> bool:
        key = api_key(key_file)
        # A key speaks for one source: what is made up then comes from it.
        source = source_of(key)
        if not keep:
            # Asked before anything is written there, and once more when the folder is held.
            demo_folder.refuse_foreign(data)
        _say_where(data)
        async with pipeline.running(data, say, begin=begin) as running:
            lines = read_lines(input_) if input_ else (item.line for item in generate(size, seed, source=source))
            account = await _unless_given_up(
                running,
                demo.run_demo(
                    running.addresses,
                    lines,
                    screen(),
                    running.supervisor.pids(),
                    total=None if input_ else size,
                    api_key=key,
                ),
            )
        say(f"logs are in {running.addresses.logs}, the letters in {running.addresses.mailbox}")
        say(f"everything is stopped: `cohort up{data_option(data)}` starts it again on what this drive left")
        return account.complete

    if not run_verb(run()):
        raise typer.Exit(1)


@app.command()
def up(data: Folder = PIPELINE_DATA) -> None:
    """Keep the whole pipeline running until Ctrl-C; a later start goes on where this one stopped."""

    async def run() -> None:
        _say_where(data)
        async with pipeline.running(data, say, begin=demo_folder.take_over, console=True) as running:
            say("\n".join(status_verb.addresses(running.addresses)))
            named = data_option(data)
            say(f"running; Ctrl-C stops everything in order, `cohort status{named}` tells this again")
            try:
                await running.supervisor.gave_up
            finally:
                at = running.addresses
                say(f"the logs stay in {at.logs}, the letters in {at.mailbox}; `cohort up{named}` goes on with them")

    # Ctrl-C is how it is meant to end.
    run_verb(run(), interrupted=0)


@app.command("explain")
def explain_(
    application: Annotated[
        str, typer.Argument(help="An application's id; with --source, what that HR system calls it.")
    ],
    source: Annotated[str | None, typer.Option(help="The HR system that the application came from.")] = None,
    lang: Annotated[Language, typer.Option(help="English or Chinese.")] = "en",
    data: Data = PIPELINE_DATA,
) -> None:
    """Tell what was decided on an application, by whom, under which policy, and why."""

    async def run() -> str:
        return await explain.explain(running_pipeline(data), explain.named(application, source), lang)

    screen().print(run_verb(run()), highlight=False, markup=False, soft_wrap=True)


def _say_where(data: Path) -> None:
    say(f"everything is kept in {data.resolve()}, with a log for each part in {data.resolve() / 'logs'}")


async def _unless_given_up(running: pipeline.Pipeline, work: Coroutine[Any, Any, T]) -> T:
    """The work's result, or what made the supervisor give up, whichever comes first."""
    task = asyncio.create_task(work)
    running.supervisor.gave_up.add_done_callback(lambda _: task.cancel())
    try:
        return await task
    except asyncio.CancelledError:
        if running.supervisor.gave_up.done():
            running.supervisor.gave_up.result()
        raise
