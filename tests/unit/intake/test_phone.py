"""Telephone numbers come out in one form where it is plain which number is meant, and as they were given elsewhere."""

import string
from zoneinfo import available_timezones

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intake.core import phone
from intake.settings import IntakeSettings

regions = st.sampled_from(sorted(phone.REGIONS))
signs = st.text(" ().-", max_size=2)


def by_the_library(text: str, region: str | None) -> str | None:
    """What libphonenumber makes of a text that holds one number and nothing else."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    ("text", "locale", "time_zone", "default"),
    [
        ("+86 138 0013 8000", "en", None, None),
        ("＋８６ 138‐0013‐8000", "en", None, None),
        ("13800138000", "zh-CN", None, None),
        ("138-0013-8000", "zh_Hans_CN", None, None),
        ("13800138000", "en", "Asia/Shanghai", None),
        ("0086 138 0013 8000", "zh-CN", "Asia/Shanghai", None),
        ("(86) 138 0013 8000", "en", None, "CN"),
        ("13800138000", "en", None, "CN"),
        ("13800138000", "en-US", "Asia/Shanghai", None),  # It is no American number.
        ("13800138000", "en-US", None, "CN"),
    ],
)
def test_one_number_in_many_clothes(text: str, locale: str, time_zone: str | None, default: str | None) -> None:
    assert phone.e164(text, locale, time_zone, default) == "+8613800138000"


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+44 (0)20 7946 0958", None, "+442079460958"),
        ("010-6552 9988", "CN", "+861065529988"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06 12345678", "IT", "+390612345678"),  # Only in Italy does the zero stay.
    ],
)
def test_numbers_of_other_countries(text: str, region: str | None, number: str) -> None:
    assert phone.e164(text, "en", None, region) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "none",
        "12",
        "+86 138",
        "+999 12345678",
        "138 0013 8000 ext. 5",
        "138 0013 8000 / 139 0013 9000",
        "Mother: 13800138000",
        "+",
        "()",
        "9" * 40,
    ],
)
def test_what_leaves_a_doubt_stays_as_it_is(text: str) -> None:
    assert phone.e164(text, "zh-CN", "Asia/Shanghai", "CN") == text


def test_nothing_tells_the_country() -> None:
    assert phone.e164("13800138000", "en", None) == "13800138000"
    assert phone.e164("13800138000", "zh", "UTC") == "13800138000"


def test_two_countries_tell_two_numbers() -> None:
    text = "020 7946 0958"
    assert phone.e164(text, "en-GB", None) == "+442079460958"
    assert phone.e164(text, "it-IT", None) == "+3902079460958"
    assert phone.e164(text, "en-GB", "Europe/Rome") == text


@given(region=regions, data=st.data())
def test_the_quick_way_agrees_with_the_library(region: str, data: st.DataObject) -> None:
    """Of numbers that are valid mobile ones, or nearly."""
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    digits = list(str(example.national_number) if example else "5551234567")
    for place in data.draw(st.lists(st.integers(0, len(digits) - 1), max_size=3)):
        digits[place] = data.draw(st.sampled_from(string.digits))
    if data.draw(st.booleans()):
        digits.insert(0, data.draw(st.sampled_from(["0", "1", "8", "00"])))
    national = data.draw(signs).join(digits)
    full = f"+{phonenumbers.country_code_for_region(region)}{national}"
    assert phone.e164(national, "en", None, region) == (by_the_library(national, region) or national)
    assert phone.e164(full, "en", None) == (by_the_library(full, None) or full)


@given(
    text=st.text(max_size=40) | st.text("+0123456789 ()-./x", max_size=40),
    locale=st.from_regex(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", fullmatch=True),
    time_zone=st.none() | st.sampled_from(sorted(available_timezones())) | st.text(max_size=10),
    default=st.none() | regions,
)
def test_no_text_breaks_it(text: str, locale: str, time_zone: str | None, default: str | None) -> None:
    told = phone.e164(text, locale, time_zone, default)
    assert told == text or (told[0] == "+" and told[1:].isdigit() and len(told) <= 16)
    assert phone.e164(told, locale, time_zone, default) == told, "what is in one form stays in it"


def test_the_setting_is_a_country() -> None:
    assert IntakeSettings(candidate_secret="a secret of the tests", phone_region="CN").phone_region == "CN"
    with pytest.raises(ValidationError, match="two capital letters"):
        IntakeSettings(candidate_secret="a secret of the tests", phone_region="China")
