"""A decision and a contact in, the letter that announces it out. Pure: the same in, the same bytes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime, parseaddr
from typing import Any

import idna
from jinja2 import DictLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hiring.events.decision import DecisionMade
from notify.core import mime
from notify.core.language import Language, language
from notify.core.names import PlainNames, addressable, one_line

_CONTENT_LANGUAGE: dict[Language, str] = {"en": "en", "zh": "zh-Hans"}


class Unaddressable(ValueError):
    """The candidate's address has no form that SMTP can carry. The message holds no part of it."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """What a letter needs of a contact: the name as given, the normalised address, the locale."""

    name: str
    email: str
    locale: str


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
    """Writes letters. `templates` by file name: `letter.{en,zh}.{subject,txt,html}.j2`, compiled once, here."""

    def __init__(self, templates: Mapping[str, str], names: PlainNames, sender: Sender) -> None:
        environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(templates)),
            autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates = {
            (tongue, part): environment.get_template(f"letter.{tongue}.{part}.j2")
            for tongue in ("en", "zh")
            for part in ("subject", "txt", "html")
        }
        self._names = names
        self._from = mime.address(sender.display, sender.mailbox)
        self._reply_to = mime.address(*parseaddr(sender.reply_to)) if sender.reply_to else None

    def write(self, decision: DecisionMade, addressee: Addressee, message_id: str) -> Letter:
        """The letter about a decision. `message_id` with its angle brackets.

        Raises Unaddressable; jinja2.TemplateError where a template asks for what is not there.
        """
        tongue = language(addressee.locale)
        mailbox = envelope_address(addressee.email)
        name = addressable(addressee.name)
        view = self._view(tongue, decision, name)
        subject = one_line(self._templates[tongue, "subject"].render(view))
        headers = [
            ("Date", format_datetime(decision.decided_at)),
            ("From", self._from),
            ("To", mime.address(name, mailbox)),
            ("Subject", mime.unstructured(subject)),
            ("Message-ID", message_id),
            ("Auto-Submitted", "auto-generated"),
        ]
        if self._reply_to:
            headers.append(("Reply-To", self._reply_to))
        data = mime.message(
            headers,
            self._templates[tongue, "txt"].render(view),
            self._templates[tongue, "html"].render(view),
            boundary=f"=_{decision.decision_id.hex}",
            language=_CONTENT_LANGUAGE[tongue],
        )
        return Letter(mailbox, data, utf8=not mailbox.isascii())

    def _view(self, tongue: Language, decision: DecisionMade, name: str | None) -> dict[str, Any]:
        """What the templates may say; absent is None, never an empty text."""
        plain = self._names.name
        by_person = decision.cause == "review"
        # After a review they say why a person was asked, which is not why that person decided as they did.
        told = () if by_person else decision.reasons
        reasons = (one_line(reason.zh if tongue == "zh" and reason.zh.strip() else reason.en) for reason in told)
        return {
            "outcome": decision.outcome,
            "by_person": by_person,
            "name": name,
            "programme": plain(tongue, "programme", decision.programme),
            "track": plain(tongue, "track", decision.track) if decision.track else None,
            "unit": plain(tongue, "unit", decision.unit) if decision.unit else None,
            # Two rules may give one reason; it is told once.
            "reasons": list(dict.fromkeys(reason for reason in reasons if reason)),
            "application_id": str(decision.application_id),
        }


def envelope_address(email: str) -> str:
    """A normalised address as SMTP carries it: the domain in ASCII, the local part as it is. Raises Unaddressable."""
    if email.isascii():
        return email
    local, _, domain = email.rpartition("@")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        raise Unaddressable("the domain of the address has no ASCII form") from None
