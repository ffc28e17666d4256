"""Decisions and a contact in, the letter that announces them out. Pure: the same in, the same bytes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime, parseaddr

import idna

from notify.core import mime
from notify.core.announcement import Addressee, Announcement
from notify.core.language import Language, language
from notify.core.names import PlainNames, addressable
from notify.core.templates import Templates, Written
from notify.core.view import view

_CONTENT_LANGUAGE: dict[Language, str] = {"en": "en", "zh": "zh-Hans"}


class Unaddressable(ValueError):
    """The candidate's address has no form that SMTP can carry. The message holds no part of it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be sent: the mailbox for RCPT, the message, and whether it needs SMTPUTF8."""

    recipient: str
    data: bytes
    utf8: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom letters come from: the display name, the mailbox, and where answers go if not there."""

    display: str
    mailbox: str
    reply_to: str | None = None

    @property
    def domain(self) -> str:
        return self.mailbox.rpartition("@")[2]


class LetterWriter:
    """Writes letters. `templates` by file name, see notify.core.templates; compiled once, here."""

    def __init__(self, templates: Mapping[str, str], names: PlainNames, sender: Sender) -> None:
        self._templates = Templates(templates)
        self._names = names
        self._from = mime.address(sender.display, sender.mailbox)
        self._reply_to = mime.address(*parseaddr(sender.reply_to)) if sender.reply_to else None

    def write(self, announcement: Announcement, addressee: Addressee) -> Letter:
        """The letter that tells a person what was decided, dated by the newest decision.

        Raises Unaddressable; jinja2.TemplateError where a template asks for what is not there.
        """
        tongue = language(addressee.locale)
        mailbox = envelope_address(addressee.email)
        words = self.words(announcement, addressee)
        headers = [
            ("Date", format_datetime(announcement.date or max(it.decided_at for it in announcement.decisions))),
            ("From", self._from),
            ("To", mime.address(addressable(addressee.name), mailbox)),
            ("Subject", mime.unstructured(words.subject)),
            ("Message-ID", announcement.message_id),
            ("Auto-Submitted", "auto-generated"),
        ]
        if self._reply_to:
            headers.append(("Reply-To", self._reply_to))
        data = mime.message(
            headers,
            words.text,
            words.html,
            boundary=f"=_{announcement.decisions[0].decision_id.hex}",
            language=_CONTENT_LANGUAGE[tongue],
        )
        return Letter(mailbox, data, utf8=not mailbox.isascii())

    def words(self, announcement: Announcement, addressee: Addressee) -> Written:
        """What the letter says. Raises jinja2.TemplateError where a template asks for what is not there."""
        tongue = language(addressee.locale)
        return self._templates.write(view(announcement, addressable(addressee.name), tongue, self._names), tongue)


def envelope_address(email: str) -> str:
    """A normalised address as SMTP carries it: the domain in ASCII, the local part as it is. Raises Unaddressable."""
    if email.isascii():
        return email
    local, _, domain = email.rpartition("@")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        raise Unaddressable("the domain of the address has no ASCII form") from None
