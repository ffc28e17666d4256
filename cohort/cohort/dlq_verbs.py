"""`cohort dlq list | show | redrive | discard`: what could not be processed, and what becomes of it."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from cohort import dead_letters
from cohort.addresses import Addresses
from cohort.commands import ask, asked
from cohort.dead_letters import Group, Letter, Place
from cohort.stack.errors import StackError
from cohort.tables import plain_table, print_indented
from cohort.terminal import say, screen
from cohort.verb import PIPELINE_DATA, By, Data, data_option, given, run_verb, running_pipeline
from hiring.consumer.batch import reason_found
from hiring.events.command import DeadLettersSettled
from hiring.events.dead_letter import PREFIX

dlq = typer.Typer(no_args_is_help=True, help="Dead letters: records that could not be processed.")

Named = Annotated[
    str | None, typer.Argument(metavar="PARTITION/OFFSET", help="One letter, as `dlq list --topic T` shows it.")
]
Topic = Annotated[str | None, typer.Option(help="Letters of this topic: where the records came from.")]
Flaw = Annotated[str | None, typer.Option(help="Letters with this flaw.")]
All = Annotated[bool, typer.Option("--all", help="Every letter that is open.")]
Why = Annotated[str, typer.Option(help="Why; it is kept.")]

_PLACE = re.compile(r"(\d{1,9})/(\d{1,18})")


@dlq.command("list")
def list_(
    topic: Topic = None,
    flaw: Flaw = None,
    limit: Annotated[int, typer.Option(min=1, help="List so many letters, the latest first.")] = 50,
    data: Data = PIPELINE_DATA,
) -> None:
    """Dead letters by topic and flaw; with --topic or --flaw, the letters themselves."""

    async def run() -> None:
        out = screen()
        found = dead_letters.letters(running_pipeline(data).broker)
        if topic is None and flaw is None:
            grouped = await dead_letters.groups(found)
            if not grouped:
                say("there are no dead letters")
                return
            out.print(_groups(grouped))
            say(f"cohort dlq list --topic T --flaw F{data_option(data)} shows the letters of one line")
            return
        chosen, n = await dead_letters.latest(found, topic, flaw, limit)
        if not chosen:
            say("there are none of this topic and flaw: `cohort dlq list` shows which there are")
            return
        out.print(_letters(chosen))
        if n > limit:
            say(f"these are the latest {limit:,} of {n:,}: --limit shows more")
        say(f"cohort dlq show PARTITION/OFFSET{data_option(data)} tells one")

    run_verb(run())


@dlq.command()
def show(
    letter: Annotated[str, typer.Argument(metavar="PARTITION/OFFSET", help="The letter, as `dlq list` shows it.")],
    record: Annotated[
        bool, typer.Option("--record", help="Also the record itself. It may hold personal data.")
    ] = False,
    data: Data = PIPELINE_DATA,
) -> None:
    """Why a record is among the dead letters, where it stood, what it is; --record shows its key and value."""

    async def run() -> None:
        at, place = running_pipeline(data), _place(letter)
        found = await dead_letters.fetch(at.broker, place)
        if found is None:
            raise StackError(f"there is no dead letter at {letter}, or it is kept no longer: see `cohort dlq list`")
        settled = (await dead_letters.settlements(at.broker)).get(place)
        out = screen()
        out.print(_told(Letter(place, reason_found(found), settled)))
        headers = plain_table("header", "value")
        for name, value in found.headers:
            if not name.startswith(PREFIX):
                headers.add_row(_cell(name), _cell(_text(value)))
        out.print(headers)
        if not record:
            say("--record shows the record itself, which may hold personal data")
            return
        say("the record may hold personal data: leave it where it is")
        for what, told in (("key", found.key), ("value", found.value)):
            out.print(f"{what}:", markup=False, highlight=False)
            print_indented(out, _text(told), 2)

    run_verb(run())


@dlq.command()
def redrive(
    by: By,
    why: Why,
    letter: Named = None,
    topic: Topic = None,
    flaw: Flaw = None,
    all_: All = False,
    data: Data = PIPELINE_DATA,
) -> None:
    """Give dead letters once more to the service that could not process them, after what was wrong is mended."""
    run_verb(_settle(data, "redrive", by, why, letter, topic, flaw, all_))


@dlq.command()
def discard(
    by: By,
    why: Why,
    letter: Named = None,
    topic: Topic = None,
    flaw: Flaw = None,
    all_: All = False,
    data: Data = PIPELINE_DATA,
) -> None:
    """Leave dead letters for good. They stay on their topic until it lets them go, and are not redriven any more."""
    run_verb(_settle(data, "discard", by, why, letter, topic, flaw, all_))


async def _settle(
    data: Any, then: str, by: str, why: str, letter: str | None, topic: str | None, flaw: str | None, all_: bool
) -> None:
    if [letter is not None, topic is not None or flaw is not None, all_].count(True) != 1:
        raise StackError("say which: PARTITION/OFFSET, or --topic and --flaw, or --all")
    if (topic is None) != (flaw is None):
        raise StackError("a group is named by both: --topic T --flaw F, as `cohort dlq list` shows them")
    at = running_pipeline(data)
    if at.local and not at.console_url:
        raise StackError("this pipeline has no console, and it is the console that obeys this: `cohort up` starts one")
    if letter is not None:
        partition, offset = _place(letter)
        about = {"letter": {"partition": partition, "offset": offset}}
        say(await _asked(at, then, by, why, about))
        return
    until = datetime.now(UTC)
    if topic is not None:
        say(await _asked(at, then, by, why, {"group": {"topic": topic, "flaw": flaw, "failed_until": until}}))
        return
    await _settle_all(at, then, by, why, until)


async def _settle_all(at: Addresses, then: str, by: str, why: str, until: datetime) -> None:
    grouped = [it for it in await dead_letters.groups(dead_letters.letters(at.broker)) if it.open]
    if not grouped:
        say("there are no open dead letters")
        return
    undone = 0
    for it in grouped:
        about = {"group": {"topic": it.topic, "flaw": it.flaw, "failed_until": until}}
        try:
            say(f"{it.topic}, {it.flaw}: {await _asked(at, then, by, why, about)}")
        except StackError as error:
            # Refused, or not answered yet: the other groups are asked for all the same.
            undone += 1
            say(f"{it.topic}, {it.flaw}: {error}")
    if undone:
        raise StackError(f"{undone} of {len(grouped)} groups are not done; what is said above tells why")


async def _asked(at: Addresses, then: str, by: str, why: str, about: dict[str, Any]) -> str:
    answer = await ask(at, given(DeadLettersSettled, **asked(by, why), then=then, **about))
    return answer.note or "done"


def _place(text: str) -> Place:
    if (found := _PLACE.fullmatch(text)) is None:
        raise StackError(f"{text} is no place of a dead letter: write PARTITION/OFFSET, as `cohort dlq list` shows it")
    return int(found[1]), int(found[2])


def _groups(grouped: list[Group]) -> Any:
    table = plain_table("topic", "flaw", "first (UTC)", "last (UTC)", "one of them", numbers=("open", "in all"))
    for it in grouped:
        table.add_row(
            _cell(it.topic),
            _cell(it.flaw),
            _moment(it.first),
            _moment(it.last),
            _named(it.example),
            f"{it.open:,}",
            f"{it.n:,}",
        )
    return table


def _letters(found: list[Letter]) -> Any:
    table = plain_table("letter", "failed (UTC)", "service", "state", "what is wrong")
    for it in found:
        told = (_named(it.place), _moment(it.why.failed_at), it.why.group, it.state, it.why.detail)
        table.add_row(*map(_cell, told))
    return table


def _told(it: Letter) -> Any:
    table = plain_table("letter", _named(it.place))
    place = "came by no topic" if it.why.offset < 0 else f"partition {it.why.partition}, offset {it.why.offset}"
    told = [
        ("flaw", it.why.flaw),
        ("what is wrong", it.why.detail),
        ("came from", f"{it.why.topic}, {place}"),
        ("service", it.why.group),
        ("failed (UTC)", _moment(it.why.failed_at)),
        ("state", it.state),
    ]
    if it.why.letter_partition is not None and it.why.letter_offset is not None:
        told.append(("redriven from", _named((it.why.letter_partition, it.why.letter_offset))))
    if it.settled is not None:
        told.append((it.state, f"by {it.settled.by}, {_moment(it.settled.at)}: {it.settled.why}"))
    for name, text in told:
        table.add_row(name, _cell(text))
    return table


def _named(place: Place) -> str:
    return f"{place[0]}/{place[1]}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _cell(text: str) -> str:
    """A text for a table: nothing in it can steer the terminal or is taken for markup."""
    return escape(_plain(text))


def _text(told: bytes | None) -> str:
    return "(none)" if told is None else _plain(told.decode(errors="replace"))


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)
