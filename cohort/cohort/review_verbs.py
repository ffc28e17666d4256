"""`cohort review`: what waits for a person, and a person's verdict on one of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple
from uuid import UUID

import typer

from cohort.addresses import Addresses
from cohort.commands import ask, asked
from cohort.from_topics import decisions_of
from cohort.service_tables import fetch
from cohort.stack.errors import StackError
from cohort.tables import print_indented
from cohort.terminal import say, screen
from cohort.verb import PIPELINE_DATA, Data, data_option, given, run_verb, running_pipeline
from hiring.events.command import ReviewGiven
from hiring.events.decision import DecisionMade
from hiring.explanation.telling import told_reasons
from hiring.explanation.words import Language

# What stands of an application is the last of its decisions; the longest waiting comes first, by the index of those,
# each of which is asked whether it stands: a join would read the whole table. A record begins with its ids and its
# programme.
WAITING = """
SELECT data, NULL::timestamptz FROM decisions d WHERE outcome = 'review'
AND serial = (SELECT max(n.serial) FROM decisions n WHERE n.application_id = d.application_id)
AND ($1::text IS NULL OR substring(convert_from(data, 'UTF8') FROM '"programme":"([^"]*)"') = $1)
AND (SELECT w.at FROM withdrawn w WHERE w.application_id = d.application_id AND w.decision_id = d.decision_id) IS NULL
ORDER BY serial LIMIT $2
"""
# Likewise those at which a candidate asks for a look.
ASKED = """
SELECT data, r.at FROM review_requests r JOIN decisions d USING (application_id, decision_id)
WHERE serial = (SELECT max(n.serial) FROM decisions n WHERE n.application_id = d.application_id)
AND ($1::text IS NULL OR substring(convert_from(data, 'UTF8') FROM '"programme":"([^"]*)"') = $1)
AND (SELECT w.at FROM withdrawn w WHERE w.application_id = d.application_id AND w.decision_id = d.decision_id) IS NULL
ORDER BY r.at LIMIT $2
"""
_LATEST = """
SELECT data,
    (SELECT r.at FROM review_requests r WHERE r.application_id = d.application_id AND r.decision_id = d.decision_id),
    (SELECT w.at FROM withdrawn w WHERE w.application_id = d.application_id AND w.decision_id = d.decision_id)
FROM decisions d WHERE application_id = $1 ORDER BY serial DESC LIMIT 1
"""
_VERDICTS = ("advance", "decline")


def review(
    application: Annotated[str | None, typer.Argument(help="The application's id.")] = None,
    verdict: Annotated[str | None, typer.Argument(help="advance or decline.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides.")] = None,
    why: Annotated[str | None, typer.Option(help="Why, in your words; it is kept with the decision.")] = None,
    track: Annotated[str | None, typer.Option(help="Advance for this track instead of the decision's.")] = None,
    unit: Annotated[str | None, typer.Option(help="Advance for this unit instead of the decision's.")] = None,
    lang: Annotated[Language, typer.Option(help="The reasons in English or Chinese.")] = "en",
    programme: Annotated[str | None, typer.Option(help="List what waits in this programme only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="List so many.")] = 50,
    data: Data = PIPELINE_DATA,
) -> None:
    """Decide an application that waits for a person; without one, list what waits, the longest first."""

    async def run() -> None:
        if application is None:
            await _list(running_pipeline(data), data, programme, lang, limit)
            return
        if verdict not in _VERDICTS:
            raise StackError(
                f"say: cohort review APPLICATION_ID advance|decline --by NAME --why TEXT{data_option(data)}"
            )
        command = {**asked(by or "", why or ""), "verdict": verdict, "track": track, "unit": unit}
        at = running_pipeline(data)
        decision = await _latest(at, application)
        await ask(
            at,
            given(ReviewGiven, **command, application_id=decision.application_id, decision_id=decision.decision_id),
        )
        # It may wait for its day, or for others that it goes with.
        look = f"cohort letters list{data_option(data)}"
        say(f"{decision.application_id}: {verdict}, decided by {by}; a letter follows: {look} shows what waits")

    run_verb(run())


async def _latest(at: Addresses, application: str) -> DecisionMade:
    """The decision that stands of an application and waits for a person. Raises StackError."""
    try:
        id_ = UUID(application)
    except ValueError:
        raise StackError(f"{application} is no application id: `cohort review` lists those that wait") from None
    if not at.screening_dsn:
        return await _published(at, id_)
    found = await fetch(at.screening_dsn, _LATEST, id_)
    if not found:
        raise StackError(f"there is no decision on the application {id_}: it is not known here, or not decided yet")
    data, asked_at, withdrawn_at = found[0]
    decision = DecisionMade.model_validate_json(data)
    if withdrawn_at is not None:
        raise StackError(
            f"the application {id_} was withdrawn at {_minute(withdrawn_at)}, and nothing is decided on it: if the "
            "candidate wants it back, have the HR system send it again"
        )
    if decision.outcome != "review" and asked_at is None:
        who = f" by {decision.decided_by}" if decision.decided_by else ""
        raise StackError(f"the application {id_} does not wait for a person: it is decided ({decision.outcome}{who})")
    return decision


async def _published(at: Addresses, application: UUID) -> DecisionMade:
    """The same from the topic; whether it still waits, screening says: it refuses what does not."""
    if not (found := await decisions_of(at.broker, application)):
        raise StackError(f"there is no decision on the application {application} on its topic")
    return found[-1]


class _Waiting(NamedTuple):
    """A decision that waits for a person; `asked_at` where it is a decline at which its candidate asks for a look."""

    decision: DecisionMade
    asked_at: datetime | None

    def since(self) -> datetime:
        return self.asked_at or self.decision.decided_at


async def _waiting(at: Addresses, programme: str | None, limit: int) -> list[_Waiting]:
    dsn = at.database("screening", at.page("/reviews"))
    found = [
        _Waiting(DecisionMade.model_validate_json(data), asked_at)
        for query in (WAITING, ASKED)
        for data, asked_at in await fetch(dsn, query, programme, limit)
    ]
    return sorted(found, key=_Waiting.since)[:limit]


async def _list(at: Addresses, data: Path, programme: str | None, language: Language, limit: int) -> None:
    waiting, out = await _waiting(at, programme, limit + 1), screen()
    for one in waiting[:limit]:
        decision = one.decision
        track = f", track {decision.track}" if decision.track else ""
        unit = f", unit {decision.unit}" if decision.unit else ""
        asked = ", declined, and the candidate asks for a person" if one.asked_at else ""
        since = f"since {_minute(one.since())}"
        print_indented(out, f"{decision.application_id}  {decision.programme}{track}{unit}{asked}, {since}", 0)
        # Two tracks may give one reason; it is listed once.
        for text in dict.fromkeys(text for text, _ in told_reasons(decision, language)):
            print_indented(out, text, 4)
    if len(waiting) > limit:
        say(f"and more: --limit lists more than {limit}")
    elif not waiting:
        known = sorted(row[0] for row in await fetch(at.screening_dsn, "SELECT DISTINCT programme FROM policies"))
        unknown = f", and no policy is for a programme {programme}; there are: {', '.join(known)}"
        say("nothing waits for a person" + (unknown if programme and programme not in known else ""))
    else:
        say(f"{len(waiting)} wait for a person: cohort explain APPLICATION_ID{data_option(data)} shows one in full")


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
