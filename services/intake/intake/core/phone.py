"""A telephone number in one form, E.164 (`+8613800138000`), where it is plain which number is meant; by libphonenumber.

Whatever leaves a doubt stays as it was given: a number is how to reach somebody, and nothing of it may be lost.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneMetadata,
    PhoneNumberFormat,
    format_number,
    is_valid_number,
    parse,
)

# A second number, an extension or a word would be lost in E.164.
_ONE_NUMBER = re.compile(r"\+?[0-9 ().\-]+")
_SIGNS = str.maketrans("", "", " ().-")
_ZONE_TABLE = "zoneinfo/zone.tab"

REGIONS = frozenset(SUPPORTED_REGIONS)
"""The countries whose numbers are known, as ISO 3166-1 alpha-2."""


def e164(text: str, locale: str, time_zone: str | None, default_region: str | None = None) -> str:
    """The number in E.164, or `text` itself where it is no valid number or could be two. Total.

    The country is the one after a `+`; without one, that of the locale (`zh-CN`) or of the time zone (an IANA name),
    whichever makes it a valid number; where neither does, `default_region` (one of REGIONS).
    """
    told = text if text.isascii() else unicodedata.normalize("NFKC", text).replace("\u2010", "-")
    if not _ONE_NUMBER.fullmatch(told):
        return text
    if told[0] == "+":
        return _with_code(told) or text
    numbers = {number for region in _told_regions(locale, time_zone) if (number := _within(told, region))}
    if not numbers and default_region is not None and (number := _within(told, default_region)):
        numbers = {number}
    return numbers.pop() if len(numbers) == 1 else text


def _with_code(told: str) -> str | None:
    digits = told.translate(_SIGNS)
    for length in (2, 1, 3):
        plain = _mobile(code := digits[1 : 1 + length])
        if plain is not None and plain.fullmatch(digits, 1 + len(code)):
            return digits
    return _parsed(told, None)


def _within(told: str, region: str) -> str | None:
    digits = told.translate(_SIGNS)
    plain = _mobile(code := _code(region))
    return f"+{code}{digits}" if plain is not None and plain.fullmatch(digits) else _parsed(told, region)


def _parsed(told: str, region: str | None) -> str | None:
    try:
        number = parse(told, region)
    except NumberParseException:
        return None
    return format_number(number, PhoneNumberFormat.E164) if is_valid_number(number) else None


@cache
def _mobile(code: str) -> re.Pattern[str] | None:
    """What a mobile number of a country with this calling code is, by libphonenumber's own table.

    Such a number needs no parsing, which takes ten times as long. None where more than its table counts: where several
    countries share the code, or the country rewrites numbers.
    """
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code), ()) if code.isdigit() and code[0] != "0" else ()
    metadata = PhoneMetadata.metadata_for_region(regions[0]) if len(regions) == 1 else None
    if metadata is None or metadata.national_prefix_transform_rule or metadata.mobile is None:
        return None
    pattern = metadata.mobile.national_number_pattern
    return re.compile(pattern) if pattern else None


@cache
def _code(region: str) -> str:
    metadata = PhoneMetadata.metadata_for_region(region)
    return "" if metadata is None else str(metadata.country_code)


@lru_cache(maxsize=1024)
def _told_regions(locale: str, time_zone: str | None) -> frozenset[str]:
    """The countries that a candidate's locale and time zone name: none, one or two."""
    return REGIONS.intersection(_named(locale, time_zone))


def _named(locale: str, time_zone: str | None) -> Iterator[str]:
    _, *subtags = re.split("[-_]", locale)
    yield next((tag.upper() for tag in subtags if len(tag) == 2), "")
    if time_zone is not None:
        yield _zone_countries().get(time_zone, "")


@cache
def _zone_countries() -> Mapping[str, str]:
    """The country of each time zone, as the IANA database tells it."""
    table = (files("tzdata") / _ZONE_TABLE).read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {zone: country for country, _, zone, *_ in rows}
