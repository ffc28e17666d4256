"""Reports of delivery as mail servers of several kinds write them, made up from the structure that RFC 3464 gives."""

MESSAGE_ID = "<0193c0de-0000-5000-8000-000000000002@example.com>"
_LETTER = f"""\
Date: Mon, 02 Mar 2026 09:30:00 +0000
From: Graduate Hiring <hiring@example.com>
To: Ada Lovelace <ada@example.org>
Subject: Your application
Message-ID: {MESSAGE_ID}
"""


def report(
    *parts: tuple[str, str], kind: str = "multipart/report; report-type=delivery-status", headers: str = ""
) -> bytes:
    """A message of these parts, each a content type and its text."""
    lines = [
        "From: MAILER-DAEMON@mx.example.org",
        "To: hiring@example.com",
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: {kind}; boundary="=_b"',
    ]
    body = "".join(f"--=_b\nContent-Type: {of}\n\n{text}\n" for of, text in parts)
    return ("\n".join(lines) + "\n" + headers + "\nThis is a MIME message.\n\n" + body + "--=_b--\n").encode()


def _fields(action: str, status: str, more: str = "", about: str = "Reporting-MTA: dns; mx.example.org\n") -> str:
    return f"{about}\nFinal-Recipient: rfc822; ada@example.org\n{more}Action: {action}\nStatus: {status}\n"


def postfix(action: str = "failed", status: str = "5.1.1") -> bytes:
    diagnostic = "Original-Recipient: rfc822;ada@example.org\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
    about = "Reporting-MTA: dns; mx.example.org\nX-Postfix-Queue-ID: 4F2C1\nArrival-Date: Mon,  2 Mar 2026 09:30:01\n"
    return report(
        ("text/plain; charset=us-ascii", "This is the mail system at host mx.example.org.\n"),
        ("message/delivery-status", _fields(action, status, diagnostic, about)),
        ("message/rfc822", _LETTER + "\nDear Ada\n"),
    )


def exim() -> bytes:
    return report(
        ("text/plain", "A message that you sent could not be delivered to one or more of its recipients.\n"),
        ("message/delivery-status", _fields("failed", "5.0.0", "Remote-MTA: dns; mail.example.org\n")),
        ("text/rfc822-headers", "Return-path: <hiring@example.com>\n" + _LETTER),
        headers="X-Failed-Recipients: ada@example.org\n",
    )


def exchange() -> bytes:
    html = "<html><body><p>Your message couldn't be delivered.</p></body></html>"
    inner = f"--=_i\nContent-Type: text/plain\n\nNo.\n--=_i\nContent-Type: text/html\n\n{html}\n--=_i--\n"
    diagnostic = "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found\n"
    return report(
        ('multipart/alternative; boundary="=_i"', inner),
        ("message/delivery-status", _fields("failed", "5.1.10", diagnostic, "Reporting-MTA: dns;EX01.example.org\n")),
        ("message/rfc822", "Received: from relay by EX01; Mon, 2 Mar 2026 09:30:00 +0000\n" + _LETTER),
        headers=f"In-Reply-To: {MESSAGE_ID}\nX-MS-Exchange-Message-Is-Ndr:\n",
    )


def gmail() -> bytes:
    about = f"Reporting-MTA: dns; googlemail.example\nX-Original-Message-ID: {MESSAGE_ID}\n"
    return report(
        ("text/plain; charset=UTF-8", "** Address not found **\n"),
        ("message/delivery-status", _fields("failed", "5.1.1", "Last-Attempt-Date: Mon, 02 Mar 2026\n", about)),
        headers=f"References: {MESSAGE_ID}\nIn-Reply-To: {MESSAGE_ID}\n",
    )


def qq() -> bytes:
    """Not called a report, its parts encoded, and words where a status is short."""
    return report(
        ("text/html; charset=gb18030\nContent-Transfer-Encoding: base64", "zcvQxQ==\n"),
        (
            "message/delivery-status\nContent-Transfer-Encoding: 7bit",
            _fields("failed (user not found)", "5.5.0 (mailbox unavailable)", about="Reporting-MTA: dns; qq.example\n"),
        ),
        ("message/rfc822\nContent-Disposition: attachment; filename=original.eml", _LETTER + "\nDear Ada\n"),
        kind="multipart/mixed",
    )
