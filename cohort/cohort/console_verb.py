"""`cohort console`: the console's own verbs, on the console of a running pipeline."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from cohort.verb import PIPELINE_DATA, Data, failure, running_pipeline
from hiring.settings import as_environment

_ANY_OPTION = {"allow_extra_args": True, "ignore_unknown_options": True}


def console(
    context: typer.Context,
    verb: Annotated[str, typer.Argument(help="rebuild, or account with add, remove or list.")],
    data: Data = PIPELINE_DATA,
) -> None:
    """Make the console's read model anew, or say who may log in: `cohort console account add li.na --role viewer`."""
    at = running_pipeline(data)
    if not at.local:
        raise failure("a deployment's console has these verbs where it runs: `docker compose run --rm accounts list`")
    if not at.console_url:
        raise failure("this pipeline has no console: `cohort up` starts one")
    settings = {
        "kafka_bootstrap_servers": at.kafka,
        "postgres_dsn": at.console_dsn,
        "accounts_file": at.console_accounts,
    }
    argv = [sys.executable, "-m", "console", verb, *context.args]
    # It may ask for a password: it has the terminal.
    status = subprocess.run(argv, env={**os.environ, **as_environment(settings)}, check=False).returncode
    if status:
        raise typer.Exit(status)


def add_to(app: typer.Typer) -> None:
    """Put the verb among those of `cohort`."""
    app.command("console", context_settings=_ANY_OPTION)(console)
