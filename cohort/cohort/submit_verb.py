"""The verb `cohort submit`: a file of applications, a table or a résumé, sent by the client for integrators."""

import shlex
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from http.client import UNAUTHORIZED
from pathlib import Path
from typing import Annotated, NamedTuple

import httpx
import orjson
import stamina.instrumentation
import typer
from rich.console import Console
from stamina.instrumentation import RetryDetails, RetryHook

from cohort.api_key import KeyFile, api_key
from cohort.drive.file import read_submissions
from cohort.stack.errors import StackError
from cohort.terminal import say, screen
from cohort.verb import PIPELINE_DATA, Data, run_verb, running_pipeline
from cohort_client import AsyncClient, NotAllowed, Result, Unavailable, json_resume
from cohort_client.protocol import Encoding

LINES_TOLD = 20
PATIENCE_SECONDS = 60.0
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)


class Format(StrEnum):
    """What a file holds."""

    APPLICATIONS = "applications"
    CSV = "csv"
    JSON_RESUME = "json-resume"


class Named(NamedTuple):
    """What a table or a résumé does not say of its applications."""

    source: str | None
    external_id: str | None
    programme: str | None


Numbered = tuple[int, Result]
"""A line of the file, from 1, and what became of it."""


def submit(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="NDJSON, an application a line; .csv; or .json with one."),
    ],
    format_: Annotated[
        Format | None, typer.Option("--format", help="What the file holds, where its name does not say so.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="For CSV: which column is which field, JSON.")
    ] = None,
    encoding: Annotated[Encoding, typer.Option(help="For CSV: how its text is written.")] = "utf-8",
    source: Annotated[str | None, typer.Option(help="For CSV and json-resume: the HR system it comes from.")] = None,
    external_id: Annotated[str | None, typer.Option(help="For json-resume: what that system calls it.")] = None,
    programme: Annotated[str | None, typer.Option(help="For CSV and json-resume: what is applied for.")] = None,
    key_file: KeyFile = None,
    to: Annotated[
        str | None, typer.Option(metavar="URL", help="An intake elsewhere, as https://intake.example.")
    ] = None,
    data: Data = PIPELINE_DATA,
) -> None:
    """Send a file of applications to the running pipeline; every rejected line is named with what is wrong."""
    table = mapping is not None or file.suffix.lower() == ".csv"
    holds = format_ or (Format.CSV if table else Format.APPLICATIONS)
    named = Named(source, external_id, programme)

    async def run() -> bool:
        url = to or running_pipeline(data).intake()
        # stamina's own line for each try would say less and come more often.
        stamina.instrumentation.set_on_retry_hooks([first_failure(url)])
        # Proxies of the environment are for the world outside.
        async with (
            httpx.AsyncClient(timeout=_TIMEOUT, trust_env=to is not None) as http,
            _client(url, api_key(key_file), http) as client,
        ):
            match holds:
                case Format.APPLICATIONS:
                    results = _applications(client, file, named)
                case Format.CSV:
                    results = _table(client, file, mapping, encoding, named)
                case Format.JSON_RESUME:
                    results = _resume(client, file, named)
            try:
                return await tell(results, screen())
            except NotAllowed as error:
                how = " Name the file that holds it by --key-file." if error.status == UNAUTHORIZED else ""
                raise StackError(f"{error}{how}") from error

    if not run_verb(run()):
        raise typer.Exit(1)


async def tell(results: AsyncIterator[Numbered], console: Console) -> bool:
    """Name the first lines that were not accepted and why. True when all were.

    Raises what reading and sending raise; what was answered before is told all the same.
    """
    told: list[str] = []
    lines = accepted = 0
    try:
        async for number, result in results:
            lines += 1
            accepted += result.accepted
            if not result.accepted:
                reasons = "; ".join(f"{field}: {problem}" for field, problem in result.errors)
                told.append(f"line {number} was rejected: {reasons}")
    finally:
        show_some(console, told)
        if lines:
            console.print(f"{accepted:,} of {lines:,} lines accepted", highlight=False)
    return accepted == lines


def show_some(console: Console, told: Sequence[str]) -> None:
    """Print the first of many lines, and how many more there are."""
    shown = [*told[:LINES_TOLD], *([f"and {len(told) - LINES_TOLD:,} more"] if len(told) > LINES_TOLD else [])]
    for line in shown:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def first_failure(url: str) -> RetryHook:
    """What tells, after the first of several tries, that it is tried again and until when."""

    def tell_once(details: RetryDetails) -> None:
        if details.retry_num > 1:
            return
        error = details.caused_by
        why = f"no answer from {url} ({type(error).__name__})" if isinstance(error, httpx.HTTPError) else str(error)
        until = datetime.now().astimezone() + timedelta(seconds=PATIENCE_SECONDS)
        say(f"{why}; the same is sent again until something is answered, or until about {until:%H:%M:%S}")

    return tell_once


def _client(url: str, key: str | None, http: httpx.AsyncClient) -> AsyncClient:
    try:
        return AsyncClient(url, key, patience=PATIENCE_SECONDS, http=http)
    except ValueError as error:
        raise StackError(f"--to {url}: {error}") from None


async def _applications(client: AsyncClient, file: Path, named: Named) -> AsyncIterator[Numbered]:
    if _is_resume(file):
        raise StackError(_RESUME.format(file=shlex.quote(str(file))))
    if any(named):
        raise StackError("--source, --external-id and --programme are for a table or a résumé: applications say them")
    # In order, so no more numbers wait than an upload has lines.
    numbers: deque[int] = deque()

    def lines() -> Iterator[bytes]:
        for number, line in enumerate(read_submissions(file), 1):
            if line:
                numbers.append(number)
                yield line

    try:
        async for result in client.submit_many(lines()):
            yield numbers.popleft(), result
    except Unavailable as error:
        raise StackError(f"line {numbers[0]} and what follows it may be missing: {error}") from error


async def _table(
    client: AsyncClient, file: Path, mapping: Path | None, encoding: Encoding, named: Named
) -> AsyncIterator[Numbered]:
    if named.external_id:
        raise StackError("--external-id is for a résumé: a table has a column for it")
    columns = None if mapping is None else _object(mapping)
    rows = client.submit_table(file, mapping=columns, source=named.source, programme=named.programme, encoding=encoding)
    async for result in rows:
        yield result.index, result


async def _resume(client: AsyncClient, file: Path, named: Named) -> AsyncIterator[Numbered]:
    source, external_id, programme = named
    if not (source and external_id and programme):
        raise StackError("a résumé does not say them: name --source, --external-id and --programme")
    try:
        application, left_out = json_resume.application(
            _object(file), source=source, external_id=external_id, programme=programme
        )
    except json_resume.NoApplication as error:
        raise StackError(f"{file}: {error}") from None
    for place, why in left_out:
        say(f"left out: {place}: {why}")
    async for result in client.submit_many([application]):
        yield 1, result


_RESUME = (
    "{file} looks like JSON Resume, not like an application: send it by `cohort submit {file} --format json-resume "
    "--source SOURCE --external-id ID --programme PROGRAMME`"
)


def _is_resume(file: Path) -> bool:
    # A pipe cannot be read twice.
    if file.suffix.lower() != ".json" or not file.is_file():
        return False
    try:
        told = orjson.loads(next(read_submissions(file), b""))
    except (orjson.JSONDecodeError, StackError):
        return False
    return isinstance(told, dict) and "basics" in told and "candidate" not in told


def _object(path: Path) -> dict[str, object]:
    try:
        found = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise StackError(f"{path} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise StackError(f"{path} holds no JSON object")
    return found
