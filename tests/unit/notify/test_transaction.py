"""One mail transaction over a real socket, with a relay that follows a script."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from hiring.health import Health
from notify.core.answer import Answer
from notify.core.letter import Letter
from notify.settings import NotifySettings
from notify.smtp import Connection, Relay

from .letters import yes

LETTER = Letter("ada@example.org", b"Subject: s\r\n\r\n.one\r\n..\r\nlast\r\n", utf8=False)
CLOSE = ""
SILENCE = None


class Scripted:
    """Answers each command with what the script says for it, else 250; keeps the letters it was handed.

    Pipelining is offered unless `one_by_one`.
    """

    def __init__(self, one_by_one: bool = False, **script: str | None) -> None:
        self.script = {"EHLO": "250-here\r\n250-PIPELINING\r\n250 SIZE 10000"} | script
        if one_by_one:
            self.script["EHLO"] = "250 here"
        self.commands: list[str] = []
        self.letters: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        refused = False
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                command = (await reader.readuntil(b"\r\n"))[:4].decode().strip().upper()
                self.commands.append(command)
                usual = ("503 not now" if refused else "354 go") if command == "DATA" else "250 ok"
                if not await self._answer(writer, command, usual):
                    return
                refused = command in ("MAIL", "RCPT") and (refused or str(self.script.get(command)).startswith("5"))
                if command == "DATA" and "DATA" not in self.script and usual == "354 go":
                    self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                    if not await self._answer(writer, "END", "250 ok"):
                        return

    async def _answer(self, writer: asyncio.StreamWriter, command: str, usual: str) -> bool:
        answer = self.script.get(command, usual)
        if answer == CLOSE:
            writer.close()
            return False
        if answer is not SILENCE:
            writer.write(f"{answer}\r\n".encode())
        return True


@pytest.fixture(params=[True, False], ids=["one by one", "pipelined"])
def one_by_one(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@contextlib.asynccontextmanager
async def connected(relay: Scripted, **settings: object) -> AsyncIterator[Connection]:
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    chosen = NotifySettings.model_validate({"smtp_port": port, "smtp_command_seconds": 0.3, **settings})
    try:
        async with Relay(chosen, Health()).connection() as connection:
            await connection.connect()
            yield connection
    finally:
        server.close()


async def _no() -> bool:
    return False


@pytest.mark.parametrize(
    ("command", "answer", "verdict", "stands"),
    [
        ("END", "250 taken", "taken", True),
        ("END", "251 taken too", "taken", True),
        ("END", "451 4.3.0 later", "deferred", True),
        ("END", "554 5.7.1 no", "refused", True),
        ("END", "421 4.3.2 closing", "deferred", False),
        ("END", SILENCE, "in doubt", False),
        ("END", CLOSE, "in doubt", False),
        ("END", "what?", "in doubt", False),
        ("END", "354 go on", "in doubt", False),
        ("DATA", SILENCE, "deferred", False),
        ("DATA", CLOSE, "deferred", False),
        ("DATA", "451 later", "deferred", True),
        ("RCPT", "550 5.1.1 unknown", "refused", True),
        ("RCPT", SILENCE, "deferred", False),
        ("MAIL", "550 not you", "deferred", True),
        ("MAIL", CLOSE, "deferred", False),
    ],
)
async def test_only_what_happens_after_the_letter_was_handed_over_is_in_doubt(
    command: str, answer: str | None, verdict: str, stands: bool, one_by_one: bool
) -> None:
    async with connected(Scripted(one_by_one, **{command: answer}), smtp_answer_seconds=0.3) as connection:
        heard = await connection.send(LETTER, yes)
        assert heard.verdict == verdict
        assert "ada" not in str(heard.cause)
        assert connection.stands is stands


async def test_a_relay_may_be_slow_to_answer_the_letter_and_not_the_commands() -> None:
    relay = Scripted(END=SILENCE)
    async with connected(relay, smtp_command_seconds=0.1, smtp_answer_seconds=60) as connection:
        sending = asyncio.create_task(connection.send(LETTER, yes))
        done, _ = await asyncio.wait({sending}, timeout=1.0)
        assert relay.letters
        assert not done, "ten times the patience with a command, and it still waits"
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        assert not connection.stands


async def test_a_letter_that_may_not_be_handed_over_is_not(one_by_one: bool) -> None:
    relay = Scripted(one_by_one)
    async with connected(relay) as connection:
        assert await connection.send(LETTER, _no) == Answer("not tried")
    assert relay.commands[-1] == "DATA"
    assert relay.letters == []


async def test_the_letter_arrives_byte_for_byte_and_the_connection_serves_the_next(one_by_one: bool) -> None:
    relay = Scripted(one_by_one, RCPT="550 5.1.1 unknown")
    async with connected(relay) as connection:
        await connection.send(LETTER, yes)
        del relay.script["RCPT"]
        for _ in range(2):
            assert (await connection.send(LETTER, yes)).verdict == "taken"
    assert relay.letters == [b"Subject: s\r\n\r\n..one\r\n...\r\nlast\r\n.\r\n"] * 2
    assert relay.commands.count("EHLO") == 1


@pytest.mark.parametrize(
    ("letter", "cause"),
    [
        (Letter("李@example.org", b"\r\n", utf8=True), "SMTPUTF8"),
        (Letter("a b@example.org", b"\r\n", utf8=False), "cannot be sent to"),
    ],
)
async def test_an_address_that_this_relay_cannot_take_is_refused_and_its_neighbours_go_on(
    letter: Letter, cause: str
) -> None:
    async with connected(Scripted()) as connection:
        heard = await connection.send(letter, yes)
        assert heard.verdict == "refused"
        assert cause in str(heard.cause)
        assert (await connection.send(LETTER, yes)).verdict == "taken"


async def test_where_the_relay_takes_it_a_letter_is_begun_in_one_round_trip() -> None:
    """This one answers nothing before it has read all three, and then all at once; then letter by letter."""
    pieces: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            writer.write(b"220 here\r\n")
            await reader.readuntil(b"\r\n")
            writer.write(b"250-here\r\n250 PIPELINING\r\n")
            for replies in (b"250 ok\r\n250-more\r\n250 ok\r\n354 go\r\n", b"250 ok\r\n550 5.1.1 no\r\n503 no\r\n"):
                pieces.append(b"".join([await reader.readuntil(b"\r\n") for _ in range(3)]))
                writer.write(replies)
                if b"354" in replies:
                    await reader.readuntil(b"\r\n.\r\n")
                    writer.write(b"250 taken\r\n")
            await reader.readuntil(b"RSET\r\n")
            writer.write(b"250 ok\r\n")
            pieces.append(b"".join([await reader.readuntil(b"\r\n") for _ in range(3)]))
            for byte in b"250 ok\r\n250 ok\r\n451 4.3.0 later\r\n":
                writer.write(bytes([byte]))
                await writer.drain()
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    settings = NotifySettings(smtp_port=server.sockets[0].getsockname()[1], smtp_command_seconds=5.0)
    async with Relay(settings, Health()).connection() as connection:
        await connection.connect()
        answers = [await connection.send(LETTER, yes) for _ in range(3)]
    server.close()
    assert answers == [Answer("taken"), Answer("refused", "RCPT 550 5.1.1"), Answer("deferred", "DATA 451 4.3.0")]
    assert pieces == [b"MAIL FROM:<hiring@example.com>\r\nRCPT TO:<ada@example.org>\r\nDATA\r\n"] * 3


@pytest.mark.parametrize("refused", ["MAIL", "RCPT"])
async def test_a_relay_that_would_take_a_letter_to_nobody_gets_none(refused: str) -> None:
    relay = Scripted(**{refused: "550 5.7.1 no", "DATA": "354 go"})
    async with connected(relay) as connection:
        heard = await connection.send(LETTER, yes)
        assert heard.cause == f"{refused} 550 5.7.1"
        assert not connection.stands
        await connection.connect()
    assert relay.letters == []


async def test_replies_without_an_end_are_no_way_to_fill_the_memory() -> None:
    async with connected(Scripted(MAIL="250 " + "x" * 200_000)) as connection:
        assert (await connection.send(LETTER, yes)).verdict == "deferred"
        assert not connection.stands
