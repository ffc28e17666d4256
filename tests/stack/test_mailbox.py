import asyncio
import hashlib
import smtplib
import socket
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path

import pytest

from cohort.stack.errors import StackError
from cohort.stack.letters import Letter
from cohort.stack.mail_sink import MailSink
from cohort.stack.mailbox import Mailbox, read_mailbox
from cohort.stack.ports import choose_ports

TRICKY = (
    b"Message-ID: <one@example.org>\r\nTo: Ann <ann@example.org>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"X-Long: a\r\n\tb\r\n\r\n.\r\n..two dots\r\ntrailing space \r\n\r\n\r\n\xe4\xbd\xa0 end\r\n"
)


def _letter(mailbox: Path, content: bytes) -> Letter:
    Mailbox(mailbox).keep(content)
    return list(read_mailbox(mailbox))[-1]


def test_a_message_is_kept_byte_for_byte_and_named_by_its_id(folder: Path) -> None:
    letter = _letter(folder, TRICKY)
    assert letter.path.read_bytes() == TRICKY
    assert letter.path.name == f"0000000001-{hashlib.sha256(b'<one@example.org>').hexdigest()[:16]}.eml"
    assert letter.path.stat().st_mode & 0o777 == 0o600
    assert letter == Letter("<one@example.org>", "ann@example.org", "Grüße", letter.path)


def test_a_folded_message_id_is_one_id(folder: Path) -> None:
    assert _letter(folder, b"message-id:\r\n <long@example.org>\r\n\r\nx").message_id == "<long@example.org>"


def test_headers_are_not_looked_for_in_the_body(folder: Path) -> None:
    letter = _letter(folder, b"X: y\r\n\r\nTo: nobody@example.org\r\nSubject: no\r\n")
    assert (letter.message_id, letter.to, letter.subject) == ("", "", "")


def test_headers_longer_than_one_read_are_found(folder: Path) -> None:
    letter = _letter(folder, b"X: " + b"y" * 30_000 + b"\r\nSubject: late\r\nTo: a@b.org, c@d.org\r\n\r\nbody")
    assert (letter.to, letter.subject) == ("a@b.org", "late")


def test_raw_utf8_headers_are_read(folder: Path) -> None:
    letter = _letter(folder, "Subject: 录用通知\r\nTo: 李@例子.中国\r\n\r\n".encode())
    assert (letter.to, letter.subject) == ("李@例子.中国", "录用通知")


def test_numbers_go_on_and_unfinished_files_go(folder: Path) -> None:
    Mailbox(folder).keep(TRICKY)
    (folder / ".new-0000000002-0000000000000000.eml").write_bytes(b"half")
    (folder / "note.txt").write_text("not mail")
    assert Mailbox(folder).keep(TRICKY).startswith("0000000002-")
    assert [letter.path.name[:10] for letter in read_mailbox(folder)] == ["0000000001", "0000000002"]
    assert not list(folder.glob(".new-*"))


def test_no_mailbox_is_an_empty_one(folder: Path) -> None:
    assert list(read_mailbox(folder / "none")) == []


@pytest.mark.stack
def test_the_sink_keeps_what_it_is_sent_and_goes_on_after_a_restart(folder: Path) -> None:
    async def run() -> None:
        for expected in (1, 2):
            sink = MailSink(folder / "mail", choose_ports(["smtp"], {})["smtp"], folder / "log")
            await sink.start()
            await sink.wait_ready()
            await asyncio.to_thread(_send_raw, sink.port, TRICKY)
            letters = list(read_mailbox(sink.directory))
            assert [int(letter.path.name[:10]) for letter in letters] == list(range(1, expected + 1))
            assert letters[-1].path.read_bytes() == TRICKY
            assert await sink.stop()
            assert sink.child is not None
            assert sink.child.returncode == 0

    asyncio.run(run())


@pytest.mark.stack
def test_the_sink_takes_international_addresses(folder: Path) -> None:
    message = EmailMessage(policy=SMTPUTF8)
    message["To"], message["From"] = "李@例子.中国", "hr@example.org"
    message["Subject"], message["Message-ID"] = "录用", "<u@example.org>"
    message.set_content("你好")

    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            assert client.has_extn("smtputf8") or client.ehlo()[0] == 250
            client.send_message(message)

    async def run() -> None:
        sink = MailSink(folder / "mail", choose_ports(["smtp"], {})["smtp"], folder / "log")
        await sink.start()
        await sink.wait_ready()
        await asyncio.to_thread(send, sink.port)
        assert [(letter.to, letter.subject) for letter in read_mailbox(sink.directory)] == [("李@例子.中国", "录用")]
        await sink.stop()

    asyncio.run(run())


@pytest.mark.stack
def test_a_taken_port_is_said(folder: Path) -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            sink = MailSink(folder / "mail", taken.getsockname()[1], folder / "log")
            await sink.start()
            with pytest.raises(
                StackError, match=r"(?s)mailbox ended [^\n]*: another program has taken its port.*could not start"
            ):
                await sink.wait_ready(5)
            await sink.stop()

    asyncio.run(run())


def _send_raw(port: int, content: bytes) -> None:
    """By hand: a client library might repair what should be kept as it is."""
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
        stuffed = b"".join(b"." + line if line.startswith(b".") else line for line in content.splitlines(keepends=True))
        assert answers.readline().startswith(b"220")
        connection.sendall(b"EHLO test\r\n")
        while answers.readline()[3:4] == b"-":
            continue
        connection.sendall(b"MAIL FROM:<hr@example.org>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n")
        assert [answers.readline()[:3] for _ in range(3)] == [b"250", b"250", b"354"]
        connection.sendall(stuffed + b".\r\n" + b"QUIT\r\n")
        assert answers.readline().startswith(b"250")
        assert answers.readline().startswith(b"221")
