"""What the relay's replies mean for a letter.

Sources: RFC 5321, section 4.2 (replies), RFC 3463 (enhanced status codes).
"""

import re
import ssl

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from notify.core.answer import Answer

_SERVICE_CLOSES = 421
# RFC 3463, section 3.8: security and policy. 4.7.1 is what greylisting says, which is about one letter.
_POLICY, _NOT_AUTHORISED = "4.7.", "4.7.1"
# What relays say where they have no code for it, as "454 Throttling failure".
_TOO_FAST = re.compile(r"throttl|too (many|fast)|slow down|rate (limit|exceed)|sending rate", re.IGNORECASE)
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


def judge(error: SMTPException | OSError | ValueError) -> Answer:
    """What a fault before the letter was handed over, or a reply to it, means for the letter.

    5xx to RCPT or to DATA is about this letter and final. 5xx to MAIL is about us, and somebody can mend it:
    the letter waits, as for 4xx and a lost connection.
    """
    if isinstance(error, SMTPNotSupported):
        return Answer("refused", "the relay takes no international addresses (SMTPUTF8)")
    if isinstance(error, SMTPResponseException):
        command, about_the_letter = _command(error)
        cause = reply(command, error.code, error.message)
        if error.code >= 500 and about_the_letter:
            return Answer("refused", cause)
        return Answer("deferred", cause, slow_down=_asks_to_slow_down(error.code, error.message))
    if isinstance(error, TimeoutError):
        return Answer("deferred", "the relay did not answer in time")
    if isinstance(error, SMTPException | OSError):
        return Answer("deferred", "the connection was lost")
    # An address that could smuggle a command.
    return Answer("refused", "the address cannot be sent to")


def _command(error: SMTPResponseException) -> tuple[str, bool]:
    """What was answered, and whether the answer is about this letter rather than about us."""
    if isinstance(error, SMTPRecipientRefused):
        return "RCPT", True
    if isinstance(error, SMTPDataError):
        return "DATA", True
    return ("MAIL" if isinstance(error, SMTPSenderRefused) else "SMTP"), False


def _asks_to_slow_down(code: int, text: str) -> bool:
    if not 400 <= code < 500 or "greylist" in text.lower():
        return False
    enhanced = _ENHANCED.match(text)
    policy = enhanced is not None and enhanced.group().startswith(_POLICY) and enhanced.group() != _NOT_AUTHORISED
    return policy or _TOO_FAST.search(text) is not None


def unreachable(error: SMTPException | OSError) -> str:
    """Why no connection can be made. The library's own text is left out: it may repeat what was sent."""
    if isinstance(error, SMTPAuthenticationError):
        return reply("login", error.code, error.message)
    if isinstance(error, SMTPResponseException):
        return reply("connect", error.code, error.message)
    if type(error) is SMTPException:
        return "the relay does not offer STARTTLS, or no login that can be used, as the settings ask"
    at_bottom = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(at_bottom, ssl.SSLCertVerificationError):
        return f"the relay's certificate is not trusted: {at_bottom.verify_message}"
    return type(at_bottom).__name__


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
