"""Reading a mailbox: what arrived, from the headers alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import getaddresses
from pathlib import Path

_CHUNK = 8 * 1024
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_WANTED = re.compile(rb"^(message-id|to|subject):[ \t]*((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: `to` is the bare address of its first recipient; a header it lacks is the empty string."""

    message_id: str
    to: str
    subject: str
    path: Path


def read_mailbox(directory: Path) -> Iterator[Letter]:
    """Every message in the order it arrived; none when the directory does not exist."""
    try:
        with os.scandir(directory) as entries:
            found = [
                (entry.name, entry.path) for entry in entries if entry.name.endswith(".eml") and entry.name[0] != "."
            ]
    except FileNotFoundError:
        return
    for _, path in sorted(found):
        try:
            headers = wanted_headers(_read_headers(path))
        except FileNotFoundError:
            continue  # somebody emptied the mailbox meanwhile
        yield Letter(
            headers.get("message-id", ""),
            _address(headers.get("to", "")),
            _decoded(headers.get("subject", "")),
            Path(path),
        )


def wanted_headers(block: bytes) -> dict[str, str]:
    """The first Message-ID, To and Subject of a header block, unfolded and not decoded, by lower-case name."""
    found: dict[str, str] = {}
    for name, value in _WANTED.findall(block):
        found.setdefault(name.decode("ascii").lower(), _FOLD.sub(b"", value).decode("utf-8", "replace").strip())
    return found


def header_block(content: bytes) -> bytes:
    """The part of a message before its first blank line."""
    end = _END_OF_HEADERS.search(content)
    return content if end is None else content[: end.start()]


def _read_headers(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY)
    try:
        content = b""
        while True:
            chunk = os.read(fd, _CHUNK)
            content += chunk
            end = _END_OF_HEADERS.search(content)
            if end is not None or not chunk:
                return content if end is None else content[: end.start()]
    finally:
        os.close(fd)


def _address(value: str) -> str:
    if not value or "<" in value or "," in value or " " in value:
        # Not parseaddr: newer Pythons let it refuse a list of addresses.
        return next((address for _, address in getaddresses([value]) if address), "")
    return value


def _decoded(value: str) -> str:
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return value
