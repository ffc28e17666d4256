"""What the verbs of the command share: where the pipeline runs, running to the end, and how a failure is told."""

import asyncio
import logging
import shlex
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from cohort import deployment, pipeline
from cohort.addresses import Addresses
from cohort.plain_words import plain_words
from cohort.stack.errors import StackError
from cohort.terminal import say
from hiring.events.reading import describe

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

Folder = Annotated[
    Path, typer.Option("--data", help="The folder that holds everything: the log, the databases, the mail.")
]
Data = Annotated[
    Path,
    typer.Option(
        "--data",
        "--deployment",
        envvar="COHORT_DEPLOYMENT",
        help="Which pipeline: the folder of one that `cohort up` runs, or the file that describes a deployment; "
        "`environment` for one that the HIRING_… variables describe.",
    ),
]
By = Annotated[str, typer.Option(help="Who does this: your name.")]
Why = Annotated[str, typer.Option(help="Why, in your words.")]
PIPELINE_DATA = Path(".cohort/pipeline")


def running_pipeline(data: Path) -> Addresses:
    """Where the pipeline is that runs on a folder, or that a file describes.

    Raises typer.Exit, having said what to do, where no pipeline runs on the folder or the description is not usable.
    """
    if deployment.is_description(data):
        try:
            return deployment.read(data)
        except StackError as error:
            raise failure(str(error)) from None
    if (addresses := pipeline.find(data)) is None:
        raise failure(not_running(data))
    return addresses


def not_running(data: Path) -> str:
    """What to tell, and what to do, where no pipeline runs on a folder."""
    return (
        f"no pipeline runs in {data}: start it by `cohort up{data_option(data)}`, "
        "or name the folder of one that runs by --data, or the file that describes a deployment by --deployment"
    )


def data_option(data: Path) -> str:
    """What a printed command needs after it so that it finds the same pipeline; with a blank before."""
    if data == PIPELINE_DATA:
        return ""
    return f" --{'deployment' if deployment.is_description(data) else 'data'} {shlex.quote(str(data))}"


def run_verb(main: Coroutine[Any, Any, T], *, interrupted: int = 130) -> T:
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
        raise failure(words) from None


def given(kind: type[M], **fields: Any) -> M:
    """What a person gave, as a model. Raises StackError, in words for them."""
    try:
        return kind(**fields)
    except ValidationError as error:
        raise StackError("; ".join(f"{item['field']}: {item['problem']}" for item in describe(error, kind))) from None


def failure(text: str) -> typer.Exit:
    """Say what is wrong; the exit to raise then."""
    say(text)
    return typer.Exit(2)
