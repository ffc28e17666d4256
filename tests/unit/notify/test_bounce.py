"""What a report of delivery says, whoever wrote it, and that nothing sent to the door of bounces can upset it."""

import time
from collections.abc import Callable
from email import message_from_bytes
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.core.bounce import MOST_BYTES, Bounce, bounce, decision_of

from . import reports
from .letters import decision, write
from .reports import MESSAGE_ID, report


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (reports.postfix, "5.1.1"),
        (reports.exim, "5.0.0"),
        (reports.exchange, "5.1.10"),
        (reports.gmail, "5.1.1"),
        (reports.qq, "5.5.0"),
    ],
)
def test_a_letter_that_came_back_is_known_from_the_report(made: Callable[[], bytes], status: str) -> None:
    assert bounce(made()) == Bounce("failed", status, (MESSAGE_ID,))
    assert bounce(made().replace(b"\n", b"\r\n")) == Bounce("failed", status, (MESSAGE_ID,))


@pytest.mark.parametrize(
    ("action", "status", "heard"),
    [
        ("delayed", "4.4.1", Bounce("delayed", "4.4.1", (MESSAGE_ID,))),
        ("delivered", "2.0.0", Bounce("delivered", "2.0.0", (MESSAGE_ID,))),
        ("relayed", "2.0.0", Bounce("delivered", "2.0.0", (MESSAGE_ID,))),
        ("FAILED", "4.4.7", Bounce("failed", "4.4.7", (MESSAGE_ID,))),
        ("", "5.2.2", Bounce("failed", "5.2.2", (MESSAGE_ID,))),
        ("failed", "no status", Bounce("failed", "5.0.0", (MESSAGE_ID,))),
        ("", "", None),
        ("eaten", "", None),
    ],
)
def test_what_is_over_and_what_is_not(action: str, status: str, heard: Bounce | None) -> None:
    assert bounce(reports.postfix(action, status)) == heard


def test_of_several_addresses_the_worst_counts() -> None:
    two = "Reporting-MTA: dns; x\n\nAction: delivered\nStatus: 2.0.0\n\nAction: failed\nStatus: 5.2.1\n"
    assert bounce(report(("message/delivery-status", two))) == Bounce("failed", "5.2.1", ())


def test_international_and_encoded_reports() -> None:
    fields = "Reporting-MTA: dns; x\n\nFinal-Recipient: utf-8; 李@例子.中国\nAction: failed\nStatus: 5.1.1\n"
    letter = f"Subject: 结果\nMessage-ID: {MESSAGE_ID}\n\n"
    parts = ("message/global-delivery-status", fields), ("message/global-headers", letter)
    assert bounce(report(*parts)) == Bounce("failed", "5.1.1", (MESSAGE_ID,))


def test_what_is_no_report() -> None:
    letter = write(decision("advance"))
    out_of_office = b"Subject: Out of office\r\nIn-Reply-To: " + MESSAGE_ID.encode() + b"\r\n\r\nBack in June.\r\n"
    inner = reports.postfix().decode().replace("=_b", "=_i")
    forwarded = report(("text/plain", "look"), ("message/rfc822", inner), kind="multipart/mixed")
    for data in (b"", b"\r\n", b"\x00\xff" * 99, letter, out_of_office, forwarded):
        assert bounce(data) is None


def test_a_message_id_of_ours_names_its_decision() -> None:
    ours = UUID("0193c0de-0000-5000-8000-000000000002")
    assert decision_of(MESSAGE_ID) == decision_of(MESSAGE_ID.replace("@", ".1772443800@")) == ours
    for other in ("<x@example.com>", "", "0193c0de-0000-5000-8000-000000000002", MESSAGE_ID + "x", MESSAGE_ID[:-1]):
        assert decision_of(other) is None


def test_the_cause_names_no_address() -> None:
    told = bounce(reports.postfix())
    assert told is not None
    assert told.cause == "bounced 5.1.1"


@given(data=st.binary(max_size=2000), at=st.integers(0, 2000), cut=st.integers(0, 300))
def test_a_damaged_report_is_read_or_is_none(data: bytes, at: int, cut: int) -> None:
    for made in (reports.postfix(), reports.exchange(), reports.qq()):
        told = bounce(made[:at] + data + made[at + cut :])
        assert told is None or told.action in ("failed", "delayed", "delivered")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["message/delivery-status", "message/rfc822", "text/rfc822-headers", "multipart/report", "x", "text/"]
            ),
            st.text(max_size=200),
        ),
        max_size=6,
    )
)
def test_any_parts_in_any_order(parts: list[tuple[str, str]]) -> None:
    bounce(report(*parts))


@pytest.mark.parametrize(
    "opening",
    [
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n',
        b"Content-Type: message/rfc822\n\n",
        b"Content-Type: message/delivery-status\n\n",
    ],
)
@pytest.mark.parametrize("depth", [40, 400, 5000])
def test_nesting_is_no_way_to_keep_it_busy(opening: bytes, depth: int) -> None:
    nested = b"".join(opening.replace(b"%d", str(n).encode()) for n in range(depth))
    data = (nested + b"--x\n" * MOST_BYTES)[: MOST_BYTES * 4]
    begun = time.monotonic()
    bounce(data)
    assert time.monotonic() - begun < 10


def test_the_standard_library_reads_the_samples_as_reports() -> None:
    """The samples are made by hand: at least they are what they say."""
    for made in (reports.postfix, reports.exim, reports.exchange, reports.gmail):
        message = message_from_bytes(made())
        assert message.get_content_type() == "multipart/report"
        assert not message.defects
