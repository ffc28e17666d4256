"""A token is a decision's id and our word for it: the same each time, and of no other make."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hiring.settings import load
from notify.settings import NotifySettings
from notify.status.tokens import Tokens

OLD, NEW = "an old key that is long enough to be one", "a new key that is long enough to be one"
DECISION = UUID("0193c0de-0000-5000-8000-000000000002")


def tokens(*keys: str) -> Tokens:
    return Tokens(keys, timedelta(days=180))


@given(st.uuids())
def test_a_token_says_its_decision_and_is_always_the_same(decision: UUID) -> None:
    token = tokens(OLD).token(decision)
    assert token == tokens(OLD).token(decision)
    assert tokens(OLD).decision(token) == decision
    assert token[-1].isalnum(), "mail programs leave punctuation at the end out of a link"
    assert len(token) == 66 and not set(token) - set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    )


@given(st.uuids(), st.integers(0, 65), st.characters(codec="ascii"))
def test_no_character_of_it_can_be_another(decision: UUID, at: int, other: str) -> None:
    token = tokens(OLD).token(decision)
    changed = token[:at] + other + token[at + 1 :]
    assert tokens(OLD).decision(changed) == (decision if changed == token else None)


@given(st.text())
def test_nothing_else_is_a_token(text: str) -> None:
    assert tokens(OLD).decision(text) is None
    assert tokens(OLD).received(text) is None


def test_after_a_new_key_old_links_hold_until_the_old_key_is_taken_out() -> None:
    before = tokens(OLD).token(DECISION)
    both = tokens(NEW, OLD)
    assert both.decision(before) == DECISION
    assert both.token(DECISION) == tokens(NEW).token(DECISION) != before
    assert tokens(NEW).decision(before) is None


def test_a_receipt_is_no_token_and_a_token_no_receipt() -> None:
    each = tokens(OLD)
    receipt = each.receipt("withdraw", DECISION)
    received = each.received(receipt)
    assert received is not None and received[:2] == ("withdraw", DECISION)
    assert tokens(NEW, OLD).received(receipt) == received
    assert each.decision(receipt) is None
    assert each.received(each.token(DECISION)) is None
    assert tokens(NEW).received(receipt) is None


@pytest.mark.parametrize("keys", [None, "", "  \n"])
def test_an_address_without_a_key_is_refused_and_says_what_to_do(keys: str | None) -> None:
    with pytest.raises(ValidationError, match=r"HIRING_LINK_KEYS_FILE.*openssl rand -hex 32"):
        NotifySettings(public_url="https://apply.example.com", link_keys=keys)
    with pytest.raises(ValidationError, match="less than 32 characters"):
        NotifySettings(public_url="https://apply.example.com", link_keys=f"{OLD.replace(' ', '-')} short")
    assert NotifySettings().public_url is None


@pytest.mark.parametrize(
    "url", ["apply.example.com", "ftp://x.example", "https://x.example/?a=b", "https://u:p@x.example"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="write https://host"):
        NotifySettings(public_url=url, link_keys="k" * 32)


def test_keys_are_read_from_a_file_the_newest_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{'n' * 32}\n{'o' * 32}\n")
    monkeypatch.setenv("HIRING_LINK_KEYS_FILE", str(file))
    known = NotifySettings(public_url="https://x.example/hiring/")
    assert known.keys == ["n" * 32, "o" * 32]
    assert known.public_url == "https://x.example/hiring"
    assert "nnn" not in repr(known)


def test_of_the_texts_that_base64_reads_alike_only_one_is_a_token() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = tokens(OLD).token(DECISION)
    alike = token[:-1] + alphabet[alphabet.index(token[-1]) + 1]
    assert tokens(OLD).decision(alike) is None


def test_notify_does_not_start_without_a_key_and_says_which_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIRING_PUBLIC_URL", "https://apply.example.com")
    monkeypatch.delenv("HIRING_LINK_KEYS", raising=False)
    monkeypatch.delenv("HIRING_LINK_KEYS_FILE", raising=False)
    with pytest.raises(SystemExit, match=r"HIRING_LINK_KEYS: .*is missing, and HIRING_PUBLIC_URL is set"):
        load(NotifySettings)
