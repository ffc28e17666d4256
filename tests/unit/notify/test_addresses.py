"""Addresses on their way into SMTP, before a real server: international ones arrive, malformed ones harm nobody."""

import asyncio
from email import message_from_bytes, policy
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from hiring.health import Health
from notify.core.announcement import Addressee, Announcement
from notify.core.answer import Answer
from notify.core.letter import Letter, Unaddressable, envelope_address
from notify.settings import NotifySettings
from notify.smtp import Relay

from .letters import MESSAGE_ID, WRITER, decision, yes


class Keeper:
    def __init__(self) -> None:
        self.kept: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.kept.append(envelope)
        return "250 OK"


async def sent(*letters: Letter, smtputf8: bool = True) -> tuple[list[Answer], list[Envelope]]:
    """Each over one connection, whatever became of the one before."""
    loop, keeper = asyncio.get_running_loop(), Keeper()
    server = await loop.create_server(lambda: SMTP(keeper, loop=loop, enable_SMTPUTF8=smtputf8), "127.0.0.1", 0)
    settings = NotifySettings(smtp_port=server.sockets[0].getsockname()[1])
    async with Relay(settings, Health()).connection() as connection:
        answers = []
        for letter in letters:
            await connection.connect()
            answers.append(await connection.send(letter, yes))
    server.close()
    return answers, keeper.kept


def to(email: str, name: str = "李小龙") -> Letter:
    return WRITER.write(Announcement((decision("advance"),), MESSAGE_ID), Addressee(name, email, "zh"))


async def test_international_addresses_arrive_where_the_relay_takes_them() -> None:
    letters = to("ada@例子.中国"), to("李@例子.中国"), to("ada@example.org")
    answers, kept = await sent(*letters)
    assert answers == [Answer("taken")] * 3
    assert [envelope.rcpt_tos for envelope in kept] == [
        ["ada@xn--fsqu00a.xn--fiqs8s"],
        ["李@xn--fsqu00a.xn--fiqs8s"],
        ["ada@example.org"],
    ]
    assert [envelope.smtp_utf8 for envelope in kept] == [False, True, False], "asked for only where there is need"
    for letter, envelope in zip(letters, kept, strict=True):
        assert envelope.original_content == letter.data, "byte for byte"
        told = message_from_bytes(cast(bytes, envelope.original_content), policy=policy.default)
        assert cast(Any, told["To"]).addresses[0].display_name == "李小龙"


async def test_where_the_relay_takes_none_they_are_refused_and_the_others_arrive() -> None:
    answers, kept = await sent(to("李@例子.中国"), to("ada@例子.中国"), smtputf8=False)
    assert [answer.verdict for answer in answers] == ["refused", "taken"]
    assert "SMTPUTF8" in str(answers[0].cause)
    assert [envelope.rcpt_tos for envelope in kept] == [["ada@xn--fsqu00a.xn--fiqs8s"]]


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org>\r\nRCPT TO:<eve@example.net",
        "ada@example.org\r\nDATA",
        "ada@example.org\n",
        "ada@example.org> SIZE=1 <eve@example.net",
        "ada@example.org\x00",
    ],
)
async def test_an_address_that_would_smuggle_a_command_reaches_nobody_else(address: str) -> None:
    answers, kept = await sent(Letter(address, b"Subject: s\r\n\r\nx\r\n", utf8=False), to("ada@example.org"))
    assert answers[0].verdict == "refused"
    assert "ada" not in str(answers[0].cause)
    assert answers[1] == Answer("taken")
    assert [envelope.rcpt_tos for envelope in kept] == [["ada@example.org"]]


@pytest.mark.parametrize("email", ["ada@-例.com", "ada@例" + "子" * 80 + ".com", "ada@\u200d.com"])
def test_a_domain_without_an_ascii_form_is_told_without_the_address(email: str) -> None:
    with pytest.raises(Unaddressable) as told:
        envelope_address(email)
    assert "例" not in str(told.value)
