"""The command `cohort`: the whole pipeline on one machine, and the operators' verbs against a running one."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from cohort import demo, demo_folder, pipeline, status
from cohort.addresses import Addresses
from cohort.drive.file import read_lines
from cohort.drive.generate import generate
from cohort.plain_words import plain_words
from cohort.terminal import say, screen

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
T = TypeVar("T")

Data = Annotated[Path, typer.Option(help="The folder that holds everything: the log, the databases, the mail.")]
PIPELINE_DATA = Path(".cohort/pipeline")
DEMO_DATA = Path(".cohort/demo")


@app.command("demo")
def demo_(
    size: Annotated[int, typer.Option(min=1, help="How many applications to make up.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed makes another drive.")] = 2026,
    input_: Annotated[
        Path | None,
        typer.Option("--input", exists=True, dir_okay=False, help="Send this NDJSON file instead."),
    ] = None,
    data: Data = DEMO_DATA,
    keep: Annotated[bool, typer.Option(help="Go on with what an earlier demo left in the data folder.")] = False,
) -> None:
    """Run a whole hiring drive through real Kafka, Postgres and SMTP, and account for every application."""
    begin = demo_folder.go_on if keep else demo_folder.begin_anew

    async def run() -> bool:
        if not keep:
            # Asked before anything is written there, and once more when the folder is held.
            demo_folder.refuse_foreign(data)
        _say_where(data)
        async with pipeline.running(data, say, begin=begin) as running:
            lines = read_lines(input_) if input_ else (item.line for item in generate(size, seed))
            account = await _unless_given_up(
                running,
                demo.run_demo(
                    running.addresses, lines, screen(), running.supervisor.pids(), total=None if input_ else size
                ),
            )
        say(f"logs are in {running.addresses.logs}, the letters in {running.addresses.mailbox}")
        return account.complete

    if not _run(run()):
        raise typer.Exit(1)


@app.command()
def up(data: Data = PIPELINE_DATA) -> None:
    """Keep the whole pipeline running until Ctrl-C; a later start goes on where this one stopped."""

    async def run() -> None:
        _say_where(data)
        async with pipeline.running(data, say, begin=demo_folder.take_over) as running:
            say("\n".join(status.addresses(running.addresses)))
            named = "" if data == PIPELINE_DATA else f" --data {data}"
            say(f"running; Ctrl-C stops everything in order, `cohort status{named}` tells this again")
            try:
                await running.supervisor.gave_up
            finally:
                at = running.addresses
                say(f"the logs stay in {at.logs}, the letters in {at.mailbox}; `cohort up{named}` goes on with them")

    # Ctrl-C is how it is meant to end.
    _run(run(), interrupted=0)


@app.command()
def submit(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="NDJSON, a submission a line.")],
    data: Data = PIPELINE_DATA,
) -> None:
    """Send a file of applications to the running pipeline; every rejected line is named with what is wrong."""
    if not _run(demo.submit_file(_running(data), file, screen())):
        raise typer.Exit(1)


@app.command("status")
def status_(data: Data = PIPELINE_DATA) -> None:
    """What the running pipeline holds and whether its parts are well."""
    if not _run(status.show(_running(data), pipeline.processes(data), screen())):
        raise typer.Exit(1)


def _say_where(data: Path) -> None:
    say(f"everything is kept in {data.resolve()}, with a log for each part in {data.resolve() / 'logs'}")


def _running(data: Path) -> Addresses:
    if (addresses := pipeline.find(data)) is None:
        raise _failure(f"no pipeline runs in {data}: start one by `cohort up`, or name its folder by --data")
    return addresses


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


def _run(main: Coroutine[Any, Any, T], *, interrupted: int = 130) -> T:
    """Run to the end; SIGTERM and Ctrl-C unwind in order, what has plain words is told without a traceback.

    `interrupted` is the exit status after SIGTERM or Ctrl-C.
    """

    async def cancellable() -> T:
        task = asyncio.current_task()
        assert task is not None
        told = False

        def stop() -> None:
            nonlocal told
            if told:
                # A second Ctrl-C, or the one `uv run` passes on: cutting the stopping off would leave parts behind.
                say("still stopping; every part is given its time")
            else:
                told = True
                task.cancel()

        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop)
        return await main

    # It complains at every try; why a line could not be sent is told once, with the line.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        return asyncio.run(cancellable())
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(interrupted) from None
    except Exception as error:
        if (words := plain_words(error)) is None:
            raise
        raise _failure(words) from None


def _failure(text: str) -> typer.Exit:
    say(text)
    return typer.Exit(2)
