"""What the relay's answers mean for a letter, how long a deferred one waits, and what settings are refused."""

import pytest
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPReadTimeoutError,
    SMTPRecipientRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from pydantic import ValidationError

from notify.core import retry
from notify.replies import judge
from notify.settings import NotifySettings


def refused(code: int, text: str) -> SMTPRecipientRefused:
    return SMTPRecipientRefused(code, text, "ada@example.org")


@pytest.mark.parametrize(
    ("fault", "verdict", "cause"),
    [
        (refused(550, "5.1.1 <ada@example.org>: user unknown"), "refused", "RCPT 550 5.1.1"),
        (refused(450, "4.2.0 <ada@example.org>: greylisted"), "deferred", "RCPT 450 4.2.0"),
        (refused(552, "ada@example.org is over quota"), "refused", "RCPT 552"),
        (SMTPDataError(554, "5.7.1 spam"), "refused", "DATA 554 5.7.1"),
        (SMTPDataError(452, "4.3.1 disk full"), "deferred", "DATA 452 4.3.1"),
        (SMTPSenderRefused(530, "5.7.0 authenticate", "hiring@example.com"), "deferred", "MAIL 530 5.7.0"),
        (SMTPSenderRefused(421, "closing", "hiring@example.com"), "deferred", "MAIL 421"),
        (SMTPServerDisconnected("lost"), "deferred", "the connection was lost"),
        (ConnectionResetError("ada@example.org"), "deferred", "the connection was lost"),
        (SMTPReadTimeoutError("timed out"), "deferred", "the relay did not answer in time"),
        (TimeoutError(), "deferred", "the relay did not answer in time"),
    ],
)
def test_an_answer_about_the_letter_is_final_and_anything_else_is_tried_again(
    fault: SMTPException | OSError, verdict: str, cause: str
) -> None:
    answer = judge(fault)
    assert (answer.verdict, answer.cause) == (verdict, cause)
    assert "ada" not in str(answer.cause)


@pytest.mark.parametrize(
    ("fault", "slower"),
    [
        (refused(450, "4.7.28 unusual rate of mail"), True),
        (refused(421, "4.7.0 [TSS04] temporarily deferred"), True),
        (refused(451, "4.7.650 the mail server is busy"), True),
        (SMTPDataError(454, "Throttling failure: Maximum sending rate exceeded."), True),
        (SMTPSenderRefused(450, "4.1.0 too many messages", "hiring@example.com"), True),
        (refused(450, "4.7.1 greylisted for five minutes"), False),
        (refused(451, "4.7.1 please try again later"), False),
        (refused(450, "4.7.0 Greylisting in action"), False),
        (refused(452, "4.2.2 mailbox full"), False),
        (refused(421, "closing"), False),
        (refused(550, "5.7.1 too many bad letters from you"), False),
        (SMTPServerDisconnected("lost"), False),
    ],
)
def test_a_relay_that_asks_for_fewer_letters_is_understood(fault: SMTPException, slower: bool) -> None:
    assert judge(fault).slow_down is slower


def test_deferred_letters_wait_longer_each_time_and_come_back_apart() -> None:
    assert [retry.pause(n, 2.0, 3600.0, 1.0) for n in range(1, 9)] == [2, 8, 32, 128, 512, 2048, 3600, 3600]
    assert retry.pause(1, 2.0, 3600.0, 0.0) == 1.0
    assert retry.pause(10_000, 2.0, 3600.0, 1.0) == 3600


@pytest.mark.parametrize(
    "mail_from", ["nobody", "A <a@b", "a@example.com\r\nBcc: x@example.com", "", "A <>", "李 <li@例子.中国>"]
)
def test_a_sender_that_is_no_mailbox_is_refused_at_the_start(mail_from: str) -> None:
    with pytest.raises(ValidationError):
        NotifySettings(mail_from=mail_from)


def test_the_sender_is_taken_apart() -> None:
    sender = NotifySettings(mail_from='"Hiring, Graduate" <hiring@jobs.example.com>').sender
    assert (sender.display, sender.mailbox, sender.domain) == (
        "Hiring, Graduate",
        "hiring@jobs.example.com",
        "jobs.example.com",
    )
