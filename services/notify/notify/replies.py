"""What the relay's replies mean for a letter.

Sources: RFC 5321, section 4.2 (replies), RFC 3463 (enhanced status codes).
"""

import re

from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from notify.core.answer import Answer

_SERVICE_CLOSES = 421
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


def judge(error: SMTPException | OSError | ValueError) -> Answer:
    """What a fault before the letter was handed over, or a reply to it, means for the letter.

    5xx to RCPT or to DATA is about this letter and final. 5xx to MAIL is about us, and somebody can mend it:
    the letter waits, as for 4xx and a lost connection.
    """
    if isinstance(error, SMTPNotSupported):
        return Answer("refused", "the relay takes no international addresses (SMTPUTF8)")
    if isinstance(error, SMTPRecipientRefused | SMTPDataError):
        command = "DATA" if isinstance(error, SMTPDataError) else "RCPT"
        return Answer("refused" if error.code >= 500 else "deferred", reply(command, error.code, error.message))
    if isinstance(error, SMTPSenderRefused):
        return Answer("deferred", reply("MAIL", error.code, error.message))
    if isinstance(error, SMTPResponseException):
        return Answer("deferred", reply("SMTP", error.code, error.message))
    if isinstance(error, TimeoutError):
        return Answer("deferred", "the relay did not answer in time")
    if isinstance(error, SMTPException | OSError):
        return Answer("deferred", "the connection was lost")
    # aiosmtplib refuses an address that could smuggle a command.
    return Answer("refused", "the address cannot be sent to")


def doubt(error: SMTPException | OSError) -> Answer:
    """What it means that the letter was handed over and this came in place of a reply."""
    if isinstance(error, TimeoutError):
        return Answer("in doubt", "handed over, and the relay did not answer in time: it may have arrived")
    if isinstance(error, SMTPResponseException):
        return Answer("in doubt", "handed over, and the relay's answer is no SMTP: it may have arrived")
    return Answer("in doubt", "handed over, and the connection was lost before the answer: it may have arrived")


def stands(error: Exception) -> bool:
    """Whether the connection can still be used: the relay answered, in SMTP, and did not say that it closes."""
    if isinstance(error, SMTPResponseException):
        return error.code != _SERVICE_CLOSES and 200 <= error.code < 600
    return isinstance(error, SMTPNotSupported) or not isinstance(error, SMTPException | OSError)


def reply(command: str, code: int, text: str) -> str:
    """A reply as a cause: command, code and enhanced code. Its text may quote the address and is left out."""
    enhanced = _ENHANCED.match(text)
    return f"{command} {code} {enhanced.group()}" if enhanced else f"{command} {code}"
