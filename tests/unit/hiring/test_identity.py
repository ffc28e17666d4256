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


PARTS = st.text(string.ascii_letters + string.digits + '._+-äßİı王@ "<>()[]\u200b\u0301\x80', max_size=8)


@given(PARTS, PARTS)
def test_what_is_normal_stays_so(local: str, domain: str) -> None:
    try:
        told = identity.normalise_email(f"{local}@{domain}.example")
    except identity.InvalidEmail:
        return
    assert identity.normalise_email(told) == told


@given(LOCAL, LOCAL)
def test_two_people_stay_two(one: str, other: str) -> None:
    """Whose addresses differ in more than case: dots, tags, signs and digits all tell people apart."""
    first, second = (identity.normalise_email(f"{local}@mail.example") for local in (one, other))
    assert (first == second) == (one.lower() == other.lower())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lin.xiaoyu@mail.example", "linxiaoyu@mail.example"),
        ("lin+a@mail.example", "lin@mail.example"),
        ("lin-a@mail.example", "lin@mail.example"),
        ("lin@gmail.com", "lin@googlemail.com"),
        ("straße@mail.example", "strasse@mail.example"),
        ("lin@straße.example", "lin@strasse.example"),
    ],
)
def test_no_mailbox_is_taken_for_another(one: str, other: str) -> None:
    assert identity.normalise_email(one) != identity.normalise_email(other)


@given(PARTS, PARTS, st.sampled_from(["zanzibar", "xn--zanzibar", "zanzibär", "xn--zanzibr-9za", "zanzi\x80bar"]))
def test_a_refusal_repeats_no_word(before: str, after: str, word: str) -> None:
    for text in (f"{before}{word}@{after}.example", f"{before}@{word}{after}.example", f"{before}{word}{after}"):
        try:
            identity.normalise_email(text)
        except identity.InvalidEmail as error:
            assert "zanzi" not in str(error).lower()
            assert str(error).endswith(".")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a b@mail.example", "The email address contains invalid characters before the @-sign: SPACE."),
        ("ada(x)@mail.example", "The email address contains invalid characters before the @-sign."),
        ('"a"da@mail.example', "Extra character(s) found after close quote."),
        ("ada@xn--a.example", "The part after the @-sign is not valid IDNA."),
        ("ada.@mail.example", "An email address cannot have a period immediately before the @-sign."),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(identity.InvalidEmail) as refused:
        identity.normalise_email(text)
    assert str(refused.value) == why


def test_an_international_address_is_one_address() -> None:
    assert identity.normalise_email("wáng@bücher.example") == identity.normalise_email(
        "wa\u0301ng@xn--bcher-kva.example"
    )


@pytest.mark.parametrize("text", ["", "ada", "ada@", "@mail.example", "a b@mail.example", "ada@mail", "a@b@c.example"])
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(identity.InvalidEmail) as refused:
        identity.normalise_email(text)
    assert not text.strip("@") or text not in str(refused.value)
