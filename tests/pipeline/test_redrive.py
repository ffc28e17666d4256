"""Dead letters redriven and discarded, on real Kafka and Postgres: by intake, the console and the command `cohort`."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import yaml

from cohort.answers import Answers
from cohort.commands import asked
from cohort.service import ServiceProcess
from cohort.stack.ports import choose_ports
from console.core.happenings import Happenings, Place
from console.redriving import PAGE
from console.store.reading import Reading
from console.store.writing import Writing
from hiring import postgres
from hiring.consumer.record import Record
from hiring.events import APPLICATION_SUBMITTED, DEAD_LETTERS_SETTLED, SUBMISSION_MADE
from hiring.events.answer import CommandAnswered, SettlementRecorded
from hiring.events.command import DeadLettersSettled
from hiring.events.commanding import command_record
from hiring.events.dead_letter import COMMAND_ID, DeadLetter, dead_letter
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.identity import application_id
from hiring.settings import PostgresSettings
from hiring.topic_reading import read_topic
from hiring.topics import ANSWERS, APPLICATIONS, CONTACTS, DEAD_LETTERS, SUBMISSIONS, redriven

from ..unit.console.happened import id_of, minute, submitted  # noqa: TID252
from ..unit.intake.hooks.senders import GREENHOUSE  # noqa: TID252
from .console_service import STALLED, Console, consoled, contents, logged_in
from .notify_service import Stack, running_stack, until
from .test_console import read_all, rebuilt

pytestmark = pytest.mark.stack

SOURCE = "greenhouse-campus"
PLACE = f"hooks/greenhouse/{SOURCE}"


@dataclass
class Stand:
    """Intake and a console on real parts, and what both are asked."""

    stack: Stack
    intake: ServiceProcess
    hooks: Path
    console: Console
    database: "asyncpg.Connection[Any]"

    async def deliver(self, number: int) -> dict[str, Any]:
        """What intake answers to a delivery of Greenhouse's."""
        application = {**GREENHOUSE.payload["payload"]["application"], "id": number}
        body, headers = GREENHOUSE.send(payload={"application": application})
        async with httpx.AsyncClient(base_url=self.intake.url, trust_env=False) as client:
            answer = await client.post(f"/v1/hooks/greenhouse/{SOURCE}", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def map_by(self, **mapping: Any) -> None:
        """The webhook is set up with the shipped mapping and this."""
        told = {"greenhouse": {SOURCE: GREENHOUSE.config("", mapping=mapping)}}
        self.hooks.write_text(yaml.safe_dump(told), encoding="utf-8")

    async def letters(self, topic: str, n: int) -> list[Any]:
        """The dead letters of a topic, in the order of their failure, once there are `n`."""

        async def there() -> bool:
            return len(await self._letters(topic)) >= n

        await until(there)
        await self.until_read()
        found = await self._letters(topic)
        assert len(found) == n
        return found

    async def _letters(self, topic: str) -> list[Any]:
        return await self.database.fetch(
            'SELECT partition, "offset", state, detail, source_partition, source_offset, consumer, failed_at '
            "FROM dead_letters WHERE topic = $1 ORDER BY failed_at",
            topic,
        )

    async def settle(self, then: str, **about: Any) -> CommandAnswered:
        """The console's answer to a new command."""
        return await self.ask(DeadLettersSettled(**asked("Mei Lin", "It is mended."), then=then, **about))

    async def ask(self, command: DeadLettersSettled) -> CommandAnswered:
        async with Answers(self.stack.settings) as answers:
            await self.send(command)
            return await answers.of("console", command.command_id, 60)

    async def refusal(self, then: str, **about: Any) -> str:
        """Why the console does not obey."""
        return (await self.settle(then, **about)).refusal or ""

    async def send(self, command: DeadLettersSettled) -> None:
        await self.stack.publisher.publish([command_record(DEAD_LETTERS_SETTLED, command, "dead-letters", "/test")])

    async def until_read(self) -> None:
        await until(lambda: read_all(self.database, self.stack))

    async def given_by(self, command: DeadLettersSettled) -> list[Record]:
        """What a command gave to intake."""
        sent = await self.on(redriven("intake"))
        return [it for it in sent if dict(it.headers)[COMMAND_ID] == str(command.command_id).encode()]

    async def killed_before(self, topic: str, command: DeadLettersSettled) -> None:
        """Have the command obeyed by a console that is killed when it is about to publish on a topic."""
        await self.console.end(signal.SIGTERM)
        before = self.console.log.read_text().count(STALLED)
        await self.console.start_stalling(topic)
        await self.send(command)

        async def stalled() -> bool:
            return self.console.log.read_text().count(STALLED) > before

        await until(stalled)
        await self.console.end(signal.SIGKILL)

    async def begin_again(self) -> None:
        """Start a console, and wait until it serves."""
        await self.console.start()

        async def ready() -> bool:
            async with httpx.AsyncClient(base_url=self.console.url, trust_env=False) as client:
                try:
                    answer = await client.get("/readyz")
                except httpx.TransportError:
                    return False
            return answer.status_code == 200 and answer.json()["dead letters"] == "ok"

        await until(ready)

    async def told_of(self, command: DeadLettersSettled) -> Counter[tuple[int, int]]:
        """How often each letter was told to be settled by a command."""
        found = [json.loads(it.value or b"") for it in await self.on(ANSWERS)]
        mine = [it for it in found if it["command_id"] == str(command.command_id) and "letters" in it]
        return Counter((at["partition"], at["offset"]) for it in mine for at in it["letters"])

    async def on(self, topic: str) -> list[Record]:
        return [it async for it in read_topic(self.stack.settings.kafka_bootstrap_servers, topic)]


def at(letter: Any) -> dict[str, Any]:
    return {"letter": {"partition": letter["partition"], "offset": letter["offset"]}}


def page_of(letter: Any) -> str:
    return f"/dead-letters/{letter['partition']}/{letter['offset']}"


def group(topic: str, flaw: str = "invalid") -> dict[str, Any]:
    return {"group": {"topic": topic, "flaw": flaw, "failed_until": datetime.now(UTC)}}


def buried(topic: str, key: bytes, value: bytes, consumer: str, n: int = 0, headers: Any = ()) -> Outgoing:
    letter = dead_letter("invalid", "x: is missing", topic=topic, partition=0, offset=n, group=consumer, at=minute(n))
    return letter.outgoing(DEAD_LETTERS, key, value, headers)


@pytest.fixture(scope="module")
async def stand(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stand]:
    folder = tmp_path_factory.mktemp("redrive")
    async with running_stack() as stack:
        settings = {
            "kafka_bootstrap_servers": stack.settings.kafka_bootstrap_servers,
            "candidate_secret": "a secret of the tests",
            "hooks_file": folder / "hooks.yaml",
        }
        [port] = choose_ports(["intake"], {}).values()
        intake = ServiceProcess("intake", settings, port, folder / "intake.log")
        async with consoled(stack) as (console, database):
            it = Stand(stack, intake, folder / "hooks.yaml", console, database)
            it.map_by(fields={"candidate.email": "payload.application.nowhere"})
            await intake.start()
            try:
                await intake.wait_ready()
                yield it
            finally:
                await intake.stop()


async def test_a_delivery_is_an_application_once_its_mapping_is_mended(stand: Stand) -> None:
    for number in (1, 2):
        assert (await stand.deliver(number))["status"] == "set-aside"
    first, second = await stand.letters(PLACE, 2)

    # Nothing is mended yet: it fails again, where it failed before.
    answer = await stand.settle("redrive", **at(first))
    assert (answer.refusal, answer.note) == (None, "1 dead letter given to its service once more")
    third = (await stand.letters(PLACE, 3))[-1]
    assert (third["state"], third["source_offset"], third["detail"]) == ("open", -1, first["detail"])
    assert third["failed_at"] > second["failed_at"]
    async with logged_in(stand.console) as visitor:
        old, new = [(await visitor.get(page_of(it))).text for it in (first, third)]
        listed = (await visitor.get("/dead-letters", params={"topic": PLACE, "flaw": "invalid"})).text
    assert f'href="{page_of(third)}"' in old and f'href="{page_of(first)}"' in new and "Mei Lin" in new
    assert listed.count("failed again") == 1, "the new one, and not the other delivery"

    stand.map_by()

    async def read_anew() -> bool:
        return (await stand.deliver(3))["status"] == "accepted"

    # The deliveries that come before intake looks at its file again are dead letters as well.
    await until(read_anew)
    answer = await stand.settle("redrive", **group(PLACE))
    assert answer.refusal is None
    wanted = {str(application_id(SOURCE, str(number))) for number in (1, 2)}

    async def accepted() -> bool:
        return wanted <= {(it.key or b"").decode() for it in await stand.on(APPLICATIONS)}

    await until(accepted)
    [record] = [it for it in await stand.on(APPLICATIONS) if (it.key or b"").decode() == min(wanted)]
    assert json.loads(record.value or b"")["submitted_at"] == "2026-03-02T08:15:30+00:00"
    await stand.until_read()
    assert await stand.database.fetchval("SELECT open FROM dead_letter_groups WHERE topic = $1", PLACE) == 0
    why = await stand.database.fetchrow(
        'SELECT state, by, why FROM settlements WHERE partition = $1 AND "offset" = $2', *tuple(second)[:2]
    )
    assert tuple(why) == ("redriven", "Mei Lin", "It is mended.")
    sent = await stand.on(redriven("intake"))
    assert all(COMMAND_ID in dict(it.headers) and "Mei" not in str(it.headers) for it in sent)


async def test_how_far_behind_the_console_is_with_what_is_asked_of_dead_letters_is_measured(stand: Stand) -> None:
    async def measured() -> bool:
        async with httpx.AsyncClient(base_url=stand.console.url, trust_env=False) as client:
            told = (await client.get("/metrics")).text
        lag = 'hiring_consumer_lag_seconds{service="%s",topic="hiring.commands"} 0.0'
        done = 'hiring_records_done_total{service="console-acts"} 2.0'
        return done in told and lag % "console" in told and lag % "console-acts" in told

    await until(measured)


async def test_poison_stays_poison_and_is_discarded(stand: Stand) -> None:
    headers = cloudevent_headers(SUBMISSION_MADE, "1", "/test", minute(0), "x")
    await stand.stack.publisher.publish([Outgoing(SUBMISSIONS, b"poison", b'{"source": "poison"}', headers)])
    [first] = await stand.letters(SUBMISSIONS, 1)
    assert (await stand.settle("redrive", **at(first))).refusal is None
    again, once_more = await stand.letters(SUBMISSIONS, 2)
    assert again["state"] == "redriven"
    assert tuple(once_more)[2:7] == ("open", *tuple(first)[3:7]), "it groups with its like"
    was, now = [DeadLetter.of(it.headers) for it in await stand.on(DEAD_LETTERS) if it.key == b"poison"]
    [submission] = await stand.on(SUBMISSIONS)
    assert was.timestamp == now.timestamp == submission.timestamp

    assert await stand.refusal("redrive", **at(first)) == "it is redriven already"
    discard = DeadLettersSettled(**asked("Mei Lin", "A test."), then="discard", **at(once_more))
    answer = await stand.ask(discard)
    assert answer.note == "1 dead letter discarded"
    assert await stand.ask(discard) == answer, "a command that is obeyed again is answered the same"
    assert await stand.refusal("redrive", **at(once_more)) == "it is discarded already"
    nowhere = {"letter": {"partition": 0, "offset": 10**9}}
    assert "no such dead letter" in await stand.refusal("redrive", **nowhere)
    assert "no open dead letter" in await stand.refusal("discard", **group(SUBMISSIONS))
    assert len(await stand.letters(SUBMISSIONS, 2)) == 2


async def test_what_would_overwrite_something_newer_is_left_alone(stand: Stand) -> None:
    events = {n: submitted(n, at=5) for n in (901, 902)}
    headers = cloudevent_headers(APPLICATION_SUBMITTED, "1", "/test", minute(0), "x")
    records = [
        Outgoing(APPLICATIONS, str(it.application_id).encode(), it.model_dump_json().encode(), headers)
        for it in events.values()
    ]
    await stand.stack.publisher.publish(records)
    older = [
        buried(APPLICATIONS, str(id_of(n)).encode(), submitted(n, at=moment).model_dump_json().encode(), "screening", i)
        for i, (n, moment) in enumerate([(901, 1), (902, 5)])
    ]
    await stand.stack.publisher.publish([*older, buried(APPLICATIONS, b"x", b"{}", "console", 2)])
    newer, same, strange = await stand.letters(APPLICATIONS, 3)
    assert "a newer revision of the application came" in await stand.refusal("redrive", **at(newer))
    assert "set aside by none of intake" in await stand.refusal("redrive", **at(strange))
    answer = await stand.settle("redrive", **group(APPLICATIONS))
    told = (answer.note or "").split(": ")
    assert told[:2] == ["1 dead letter given to its service once more; left as they are", "1 dead letter"], told
    [sent] = await stand.on(redriven("screening"))
    assert sent.value == older[1].value
    assert [it["state"] for it in await stand.letters(APPLICATIONS, 3)] == ["open", "redriven", "open"]
    assert same["state"] == "open"


async def test_a_console_killed_between_publishing_and_committing_loses_none(stand: Stand) -> None:
    """Nor does it give more than a portion twice; and a rebuild tells the same."""
    topic, size = "hooks/lever/nobody", 5 * PAGE
    dead = [buried(topic, b"%d" % n, b"{}", "intake", n) for n in range(size)]
    await stand.stack.publisher.publish(dead)
    await stand.letters(topic, size)
    command = DeadLettersSettled(**asked("Mei Lin", "Once more."), then="redrive", **group(topic))

    async def sent() -> list[Record]:
        return [it for it in await stand.on(redriven("intake")) if DeadLetter.of(it.headers).topic == topic]

    async with Answers(stand.stack.settings) as answers:
        await stand.send(command)

        async def begun() -> bool:
            return bool(await sent())

        await until(begun)
        await stand.console.end(signal.SIGKILL)
        await stand.begin_again()
        answer = await answers.of("console", command.command_id, 60)
    assert answer.note == f"{size:,} dead letters given to their services once more"
    given = Counter(it.key for it in await sent())
    assert set(given) == {it.key for it in dead}
    assert sum(given.values()) - size <= PAGE and max(given.values()) <= 2
    told_of = await stand.told_of(command)
    assert (len(told_of), set(told_of.values())) == (size, {1}), "of each it is told once"

    async def failed_again() -> bool:
        await stand.until_read()
        query = "SELECT n - open, open FROM dead_letter_groups WHERE topic = $1"
        return tuple(await stand.database.fetchrow(query, topic)) == (size, sum(given.values()))

    # No such webhook is set up.
    await until(failed_again)
    told = await contents(stand.database)
    await stand.console.verb("rebuild")
    await stand.until_read()
    await until(lambda: rebuilt(stand.database))
    assert await contents(stand.database) == told
    assert (await stand.settle("discard", **group(topic))).note == f"{sum(given.values()):,} dead letters discarded"

    async with logged_in(stand.console) as visitor:
        assert (await visitor.get("/dead-letters")).status_code == 200


async def test_none_is_told_to_be_given_before_it_is(stand: Stand) -> None:
    """A console that is killed while it cannot give its records has settled none, and the next one gives them all."""
    topic, size = "hooks/lever/stalled", PAGE + 100
    dead = [buried(topic, b"%d" % n, b"{}", "intake", n) for n in range(size)]
    await stand.stack.publisher.publish(dead)
    await stand.letters(topic, size)
    command = DeadLettersSettled(**asked("Mei Lin", "Once more."), then="redrive", **group(topic))

    async with Answers(stand.stack.settings) as answers:
        await stand.killed_before(redriven("intake"), command)
        assert not await stand.told_of(command)
        await stand.begin_again()
        answer = await answers.of("console", command.command_id, 60)
    assert answer.note == f"{size} dead letters given to their services once more"
    assert {it.key for it in await stand.given_by(command)} == {it.key for it in dead}
    assert set((await stand.told_of(command)).values()) == {1} and len(await stand.told_of(command)) == size


async def test_a_letter_that_is_given_twice_is_one_application_and_told_once(stand: Stand) -> None:
    """The console is killed after it gave the record, and before it could say so."""
    stand.map_by(fields={"candidate.email": "payload.application.nowhere"})

    async def answers_as(status: str) -> bool:
        return (await stand.deliver(20))["status"] == status

    await until(lambda: answers_as("set-aside"))
    assert (await stand.deliver(21))["status"] == "set-aside"
    await stand.until_read()
    letter = (await stand._letters(PLACE))[-1]
    stand.map_by()
    await until(lambda: answers_as("accepted"))
    command = DeadLettersSettled(**asked("Mei Lin", "Once more."), then="redrive", **at(letter))

    async with Answers(stand.stack.settings) as answers:
        await stand.killed_before(ANSWERS, command)
        assert len(await stand.given_by(command)) == 1
        await stand.begin_again()
        answer = await answers.of("console", command.command_id, 60)
    assert answer.note == "1 dead letter given to its service once more"
    assert len(await stand.given_by(command)) == 2
    assert await stand.told_of(command) == {(letter["partition"], letter["offset"]): 1}
    wanted = str(application_id(SOURCE, "21")).encode()

    async def made() -> list[Any]:
        return [dict(it.headers)["ce_id"] for it in await stand.on(APPLICATIONS) if it.key == wanted]

    async def twice() -> bool:
        return len(await made()) == 2

    await until(twice)
    assert len(set(await made())) == 1, "of the same event"


async def test_a_delivery_of_somebody_who_was_erased_since_comes_to_nothing_and_says_so(stand: Stand) -> None:
    stand.map_by(fields={"candidate.email": "payload.application.nowhere"})

    async def answers_as(status: str) -> bool:
        return (await stand.deliver(40))["status"] == status

    await until(lambda: answers_as("set-aside"))
    assert (await stand.deliver(41))["status"] == "set-aside"
    await stand.until_read()
    letter = (await stand._letters(PLACE))[-1]
    stand.map_by()
    await until(lambda: answers_as("accepted"))
    async with httpx.AsyncClient(base_url=stand.intake.url, trust_env=False) as client:
        assert (await client.post("/v1/candidates/erase", json={"email": GREENHOUSE.email})).status_code == 202
    assert (await stand.settle("redrive", **at(letter))).refusal is None

    async def forgotten() -> list[Any]:
        await stand.until_read()
        query = 'SELECT partition, "offset", state FROM dead_letters WHERE topic = $1 AND flaw = $2'
        return await stand.database.fetch(query, PLACE, "forgotten")

    async def let_go() -> bool:
        return len(await forgotten()) == 1

    await until(let_go)
    [one] = await forgotten()
    async with logged_in(stand.console) as visitor:
        page = (await visitor.get(page_of(one))).text
    assert f'href="{page_of(letter)}"' in page and "Discard it" in page and "Redrive it" not in page
    assert "its person was erased" in await stand.refusal("redrive", **at(one))
    wanted = str(application_id(SOURCE, "41")).encode()
    assert wanted not in {it.key for it in await stand.on(APPLICATIONS)}
    [*_, newest] = await stand.on(CONTACTS)
    assert newest.value is None, "the tombstone is the last word"


async def test_nothing_of_a_forgotten_application_is_shown_or_given(stand: Stand) -> None:
    key, facts = str(id_of(903)).encode(), b'{"submitted_at": "2026-03-01T08:00:00Z", "facts": "of Li Na"}'
    await stand.stack.publisher.publish([buried(APPLICATIONS, key, facts, "screening", 50)])
    await stand.until_read()
    letter = (await stand._letters(APPLICATIONS))[-1]
    async with logged_in(stand.console) as visitor:
        assert "of Li Na" in (await visitor.get(page_of(letter))).text
        await stand.stack.publisher.publish([Outgoing(APPLICATIONS, key, None)])
        await stand.until_read()
        page = (await visitor.get(page_of(letter))).text
    assert "of Li Na" not in page and str(id_of(903)) not in page
    assert "It was forgotten" in page and "Discard it" in page and "Redrive it" not in page
    assert "was forgotten since" in await stand.refusal("redrive", **at(letter))
    assert (await stand.settle("discard", **at(letter))).refusal is None


async def test_a_word_on_a_letter_may_come_before_the_letter(stand: Stand) -> None:
    """Topics are read side by side: the read model says the same, whichever it is told first."""
    place, letters = Place(DEAD_LETTERS, 0, 7), Place(ANSWERS, 0, 0)
    why = dead_letter("invalid", "x: is missing", topic="t", partition=0, offset=1, group="intake", at=minute(1))
    by = {"by": "Mei Lin", "why": "It is mended.", "at": minute(2)}
    of = [{"partition": 0, "offset": 7}, {"partition": 0, "offset": 8}]
    word = SettlementRecorded(command_id=id_of("c"), then="discard", letters=of, **by)  # type: ignore[arg-type]
    # Nobody settles a letter twice; if two were to, the first would stand.
    second = word.model_copy(update={"then": "redrive", "command_id": id_of("d")})
    letter = Happenings(dead_letters=[(place, why), (place._replace(offset=9), why)], places=[place])
    settled = Happenings(asked=[(letters, word), (letters, second)], places=[letters])
    found = []
    for order in ([letter, settled], [settled, letter]):
        database = f"settled_{next(stand.stack.databases)}"
        await stand.stack.postgres.create_database(database)
        dsn = stand.stack.postgres.dsn(database)
        postgres.migrate(PostgresSettings(postgres_dsn=dsn), "console")  # type: ignore[arg-type]
        async with asyncpg.create_pool(dsn, min_size=0, max_size=2) as pool:
            for told in order:
                assert await Writing(pool, 1).write(told)
            reading = Reading(pool)
            found.append((await reading.groups(), await reading.dead(0, 7), await reading.dead(0, 9)))
    assert found[0] == found[1]
    [one], settled_one, open_one = found[0]
    assert (one.n, one.open) == (2, 1)
    assert settled_one is not None and settled_one[-4:] == ("discarded", "Mei Lin", "It is mended.", minute(2))
    assert open_one is not None and open_one[-4:] == ("open", None, None, None)


async def test_the_verbs(stand: Stand) -> None:
    await stand.stack.publisher.publish([buried("hooks/lever/[b]verbs", b"who", b'{"name": "Ada"}', "intake")])
    [letter] = await stand.letters("hooks/lever/[b]verbs", 1)
    named = f"{letter['partition']}/{letter['offset']}"
    status, said = await dlq(stand, "list")
    assert status == 0 and "hooks/lever/[b]verbs" in said
    status, said = await dlq(stand, "list", "--topic", "hooks/lever/[b]verbs")
    assert status == 0 and named in said and "x: is missing" in said
    status, said = await dlq(stand, "show", named)
    assert status == 0 and "open" in said and "Ada" not in said
    status, said = await dlq(stand, "show", named, "--record")
    assert status == 0 and '{"name": "Ada"}' in said and "may hold personal data" in said
    who = ("--by", "Mei Lin", "--why", "A test of somebody's.")
    assert (await dlq(stand, "discard", named, *who)) == (0, "1 dead letter discarded\n")
    assert (await dlq(stand, "redrive", named, *who)) == (2, "refused: it is discarded already\n")
    assert "by Mei Lin" in (await dlq(stand, "show", named))[1]
    assert (await dlq(stand, "redrive", "7/123456789", *who))[0] == 2
    assert "there is no dead letter" in (await dlq(stand, "show", "99/1"))[1]
    assert "say which" in (await dlq(stand, "redrive", *who))[1]
    status, said = await dlq(stand, "discard", "--all", *who)
    assert status == 0 and f"{APPLICATIONS}, invalid: 2 dead letters discarded" in said


async def dlq(stand: Stand, *words: str) -> tuple[int, str]:
    """The verb as a person types it, on these parts; its status, and what it says."""
    where = {"kafka": stand.stack.settings.kafka_bootstrap_servers, "console_url": stand.console.url}
    script = f"""
from pathlib import Path
from cohort import dlq_verbs
from cohort.addresses import Addresses
others = dict.fromkeys(["intake_url", "screening_url", "notify_url", "screening_dsn", "notify_dsn"], "")
dlq_verbs.running_pipeline = lambda _: Addresses(**others, mailbox=Path(), logs=Path(), **{where!r})
dlq_verbs.dlq()
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", script, *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "250"},
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode()
