"""Ids are derived: the same thing sent twice is the same thing, and two people stay two."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring import identity

LOCAL = st.text(string.ascii_letters + string.digits + "_+-", min_size=1, max_size=20)


def test_the_ids_never_change() -> None:
    # These are in every log ever written: a change here orphans all of them.
    application = identity.application_id("campus-portal", "2026-000123")
    assert str(application) == "ca76394e-ee14-5fc4-a5b8-be5977a03bf9"
    assert identity.candidate_id(b"a secret of sixteen", "ada@mail.example")[:16] == "4eabb250b68483d1"
    assert identity.revision(b"a secret of sixteen", "a" * 64, "ai-internships-2026", b"{}")[:16] == "54765e471a58c399"
    assert (
        str(identity.decision_id(application, "r" * 64, "p" * 64, "policy")) == "fb2417a7-4fd2-5bfc-856c-bfab8bbd6ffb"
    )


def test_source_and_external_id_cannot_be_confused() -> None:
    assert identity.application_id("a", "b-c") != identity.application_id("a-b", "c")


@given(LOCAL)
def test_case_is_no_difference_and_tags_are(local: str) -> None:
    assert identity.normalise_email(f"{local}@Mail.Example") == f"{local.lower()}@mail.example"
    assert identity.normalise_email(f"{local}+x@mail.example") != identity.normalise_email(f"{local}@mail.example")


@given(LOCAL)
def test_the_quick_way_agrees_with_the_library(local: str) -> None:
    from email_validator import validate_email

    slow = validate_email(f"{local}@mail.example", check_deliverability=False, test_environment=True)
    assert identity.normalise_email(f"{local}@mail.example") == slow.normalized.lower()


def test_an_international_address_is_one_address() -> None:
    assert identity.normalise_email("wáng@bücher.example") == identity.normalise_email(
        "wa\u0301ng@xn--bcher-kva.example"
    )


@pytest.mark.parametrize("text", ["", "ada", "ada@", "@mail.example", "a b@mail.example", "ada@mail", "a@b@c.example"])
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(identity.InvalidEmail) as refused:
        identity.normalise_email(text)
    assert not text.strip("@") or text not in str(refused.value)
