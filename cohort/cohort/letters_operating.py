"""`cohort letters pause | resume | list | send | drop`: who runs the mail."""

from typing import Annotated, Any
from uuid import UUID

import typer

from cohort.commands import ask, asked
from cohort.service_tables import fetch
from cohort.stack.errors import StackError
from cohort.tables import plain_table
from cohort.terminal import say, screen
from cohort.verb import PIPELINE_DATA, By, Data, data_option, given, run_verb, running_pipeline
from hiring.events.command import LetterSettled, LettersPaused, LettersResumed

Why = Annotated[str, typer.Option(help="Why; it is kept.")]
Programme = Annotated[str | None, typer.Option(help="Only the letters of this programme; without it, all.")]
Letter = Annotated[str, typer.Argument(metavar="DECISION", help="The decision's id, as `letters list` shows it.")]

_PAUSES = "SELECT scope, at, by, why FROM pauses WHERE paused ORDER BY at"
_COUNTS = """
SELECT CASE WHEN state = 'queued' AND due_at IS NULL THEN 'waits for its contact'
            WHEN state = 'queued' AND due_at > now() THEN 'waits: ' || coalesce(cause, 'its turn')
            WHEN state = 'suppressed' THEN 'suppressed: ' || split_part(cause, ':', 1)
            ELSE state END, count(*)
FROM letters GROUP BY 1 ORDER BY 1
"""
_LISTED = """
SELECT decision_id, state, programme, changed_at, due_at, attempts, cause FROM letters
WHERE state = ANY($1::text[]) AND fallen IS DISTINCT FROM 'erased' ORDER BY changed_at DESC LIMIT $2
"""
_ABOUT = "SELECT application_id FROM letters WHERE decision_id = $1"


def add_to(letters: typer.Typer) -> None:
    """Add these verbs to `cohort letters`."""
    for name, verb in (("pause", pause), ("resume", resume), ("list", list_), ("send", send), ("drop", drop)):
        letters.command(name)(verb)


def pause(by: By, why: Why, programme: Programme = None, data: Data = PIPELINE_DATA) -> None:
    """Stop all outgoing letters, or a programme's, at once; none is forgotten."""

    async def run() -> None:
        at = running_pipeline(data)
        await ask(at, given(LettersPaused, **asked(by, why), programme=programme))
        say(f"paused: no letter{_of(programme)} goes out until `cohort letters resume{_again(programme)}`")

    run_verb(run())


def resume(by: By, why: Why, programme: Programme = None, data: Data = PIPELINE_DATA) -> None:
    """Let letters go out again."""

    async def run() -> None:
        at = running_pipeline(data)
        await ask(at, given(LettersResumed, **asked(by, why), programme=programme))
        # Without the database it is the console that tells what else is paused.
        still = [row["scope"] for row in await fetch(at.notify_dsn, _PAUSES)] if at.notify_dsn else []
        rest = ", ".join(scope or "all letters" for scope in still)
        say(f"letters{_of(programme)} go out again" + (f"; still paused: {rest}" if still else ""))

    run_verb(run())


def list_(
    state: Annotated[
        list[str] | None, typer.Option(help="Which letters: queued, failed, held, suppressed, sent …")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="List so many, the latest first.")] = 20,
    data: Data = PIPELINE_DATA,
) -> None:
    """How many letters there are in each state, what is paused, and those that failed or are held."""

    async def run() -> None:
        at, out = running_pipeline(data), screen()
        dsn = at.database("notify", at.page("/letters"))
        counts = plain_table("letters", numbers=("number",))
        for row in await fetch(dsn, _COUNTS):
            counts.add_row(row[0], f"{row[1]:,}")
        out.print(counts)
        for row in await fetch(dsn, _PAUSES):
            say(f"paused since {row['at']:%Y-%m-%d %H:%M} UTC: {row['scope'] or 'all'}, by {row['by']}: {row['why']}")
        rows = await fetch(dsn, _LISTED, state or ["failed", "held"], limit)
        if state is None:
            say(f"cohort letters list --state queued{data_option(data)} shows those that wait, and until when")
        if not rows:
            return
        table = plain_table("decision", "state", "programme", "since (UTC)", "cause", numbers=("tries",))
        for row in rows:
            since, cause = f"{row['changed_at']:%m-%d %H:%M}", row["cause"] or ""
            if row["state"] == "queued":
                until = f"until {row['due_at']:%Y-%m-%d %H:%M}" if row["due_at"] else "for its contact"
                cause = f"waits {until}{cause and ': '}{cause}"
            table.add_row(str(row["decision_id"]), row["state"], row["programme"], since, cause, str(row["attempts"]))
        out.print(table)
        if state is None:
            say(f"cohort letters send|drop DECISION --by NAME --why TEXT{data_option(data)} settles one")

    run_verb(run())


def send(decision: Letter, by: By, why: Why, data: Data = PIPELINE_DATA) -> None:
    """Send a letter that failed or is held once more, under the same Message-ID."""
    run_verb(_settle(data, decision, "send", by, why))


def drop(decision: Letter, by: By, why: Why, data: Data = PIPELINE_DATA) -> None:
    """Leave a letter that failed or is held unsent, for good."""
    run_verb(_settle(data, decision, "drop", by, why))


async def _settle(data: Any, decision: str, then: str, by: str, why: str) -> None:
    at = running_pipeline(data)
    try:
        id_ = UUID(decision)
    except ValueError:
        raise StackError(f"{decision} is no decision id: `cohort letters list` shows them") from None
    found = await fetch(at.database("notify", at.page("/letters")), _ABOUT, id_)
    if not found or found[0][0] is None:
        raise StackError(f"there is no letter of the decision {id_}: `cohort letters list` shows those that are stuck")
    about = {"application_id": str(found[0][0]), "decision_id": str(id_), "then": then}
    await ask(at, given(LetterSettled, **asked(by, why), **about))
    say(f"{id_}: " + ("it is sent once more" if then == "send" else "it stays unsent"))


def _of(programme: str | None) -> str:
    return f" of {programme}" if programme else ""


def _again(programme: str | None) -> str:
    return f" --programme {programme}" if programme else ""
