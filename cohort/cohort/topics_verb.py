"""`cohort topics`: every declared topic, as it is against how it is declared."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import orjson
import typer
from rich.markup import escape

from cohort.broker_look import BrokerState, TopicState, looking
from cohort.tables import plain_table
from cohort.terminal import say, screen
from cohort.verb import PIPELINE_DATA, Data, data_option, run_verb, running_pipeline
from hiring.topics import DAY_MS, TOPICS, Topic


class Difference(NamedTuple):
    """A setting that is not as it is declared; `actual` is None where the topic is missing."""

    topic: str
    setting: str
    declared: str
    actual: str | None

    def __str__(self) -> str:
        if self.actual is None:
            return f"{self.topic} is missing"
        return f"{self.topic}: {self.setting} is {self.actual}, declared {self.declared}"


def topics(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False, data: Data = PIPELINE_DATA) -> None:
    """Every declared topic: what it holds, who writes and reads it, and whether it is as declared.

    Status 1 where one is missing, differs, or has a partition with fewer replicas in sync than it should.
    """

    async def run() -> bool:
        async with looking(running_pipeline(data).broker) as look:
            state = await look.look(configs=True)
        found = [wrong for topic in TOPICS for wrong in problems(topic, state.topics.get(topic.name))]
        if json:
            told = {"as_declared": not found, "topics": [_told(topic, state) for topic in TOPICS]}
            typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
            return not found
        screen().print(_table(state))
        for wrong in found:
            say(wrong)
        if any(topic.configs is None for topic in state.topics.values()):
            say("this login may not see the settings of every topic: whether those are as declared is not told")
        if found:
            say(f"`hiring-provision` makes what is missing; cohort doctor{data_option(data)} says more")
        return not found

    if not run_verb(run()):
        raise typer.Exit(1)


def differences(topic: Topic, state: TopicState | None) -> list[Difference]:
    """How a topic differs from its declaration, as far as its settings may be seen."""
    if state is None:
        return [Difference(topic.name, "", "", None)]
    if state.configs is None:
        return []
    return [
        Difference(topic.name, name, wanted, state.configs.get(name, "not set"))
        for name, wanted in topic.configs().items()
        if state.configs.get(name) != wanted
    ]


def problems(topic: Topic, state: TopicState | None) -> list[str]:
    """The same in words, and whether a replica is behind."""
    found = [str(difference) for difference in differences(topic, state)]
    if state is not None and state.in_sync < state.replicas:
        found.append(f"{topic.name}: a partition has {state.in_sync} of {state.replicas} replicas in sync")
    return found


def retention(configs: Mapping[str, str]) -> str:
    """How long records are kept, in words, from a topic's settings."""
    if "compact" in configs.get("cleanup.policy", ""):
        return "newest of each key"
    milliseconds = int(configs.get("retention.ms", "-1"))
    if milliseconds < 0:
        return "for ever"
    days = milliseconds / DAY_MS
    if days < 1:
        return f"{milliseconds / 60_000:g} min"
    return f"{days:g} day{'' if days == 1 else 's'}"


def _kept(topic: Topic, state: TopicState | None) -> str:
    declared = retention(topic.configs())
    if state is None or state.configs is None:
        return declared
    actual = retention(state.configs)
    return declared if actual == declared else f"{actual} (declared: {declared})"


def _table(state: BrokerState) -> Any:
    table = plain_table(
        "topic", "kept", "written by", "read by", "", numbers=("partitions", "replicas", "in sync", "records")
    )
    for topic in TOPICS:
        it = state.topics.get(topic.name)
        numbers = ("", "", "", "") if it is None else (it.partitions, it.replicas, it.in_sync, f"{it.records:,}")
        mark = "missing" if it is None else "differs" if problems(topic, it) else ""
        words = (topic.name, _kept(topic, it), ", ".join(topic.written_by), ", ".join(topic.read_by), mark)
        table.add_row(*map(escape, words), *map(str, numbers))
    return table


def _told(topic: Topic, state: BrokerState) -> dict[str, Any]:
    it = state.topics.get(topic.name)
    told: dict[str, Any] = {
        "name": topic.name,
        "written_by": topic.written_by,
        "read_by": topic.read_by,
        "declared": topic.configs(),
        "problems": problems(topic, it),
    }
    if it is None:
        return told | {"missing": True}
    actual = None if it.configs is None else {name: it.configs.get(name) for name in topic.configs()}
    numbers = {"partitions": it.partitions, "replicas": it.replicas, "in_sync": it.in_sync, "records": it.records}
    return told | numbers | {"actual": actual}
