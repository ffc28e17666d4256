"""What no door may let in: each turns a well-formed application into a line that must be rejected."""

from collections.abc import Callable

import orjson

from cohort.drive.application import Document
from cohort.drive.chance import Chance


def _broken_json(chance: Chance, document: Document) -> bytes:
    line = orjson.dumps(document)
    return line[: chance.between(1, len(line) - 1)]


def _missing_email(_: Chance, document: Document) -> bytes:
    del document["candidate"]["email"]
    return orjson.dumps(document)


def _bad_month(chance: Chance, document: Document) -> bytes:
    document["education"][-1]["graduation"] = chance.pick(
        ("2026-13", "June 2026", "2026/06", "2026-6", "二〇二六年六月")
    )
    return orjson.dumps(document)


def _misspelt_field(chance: Chance, document: Document) -> bytes:
    if chance.happens(0.5):
        document["education"][-1]["gradution"] = "2026-06"
    else:
        document["candidat"] = document["candidate"]
    return orjson.dumps(document)


def _negative_grade(_: Chance, document: Document) -> bytes:
    document["education"][-1]["grade"] = {"value": -1.5, "scale": 4.0}
    return orjson.dumps(document)


def _not_an_object(chance: Chance, document: Document) -> bytes:
    return chance.pick((orjson.dumps([document]), b"null", b"42", b'"application"', b"[]"))


def _wrong_type(chance: Chance, document: Document) -> bytes:
    name, value = chance.pick(
        (("courses", "Linear Algebra"), ("candidate", "Li Wei"), ("consents", True), ("projects", 3))
    )
    document[name] = value
    return orjson.dumps(document)


def _email_without_at(_: Chance, document: Document) -> bytes:
    document["candidate"]["email"] = document["candidate"]["email"].replace("@", " at ")
    return orjson.dumps(document)


MALFORMED: tuple[Callable[[Chance, Document], bytes], ...] = (
    _broken_json,
    _missing_email,
    _bad_month,
    _misspelt_field,
    _negative_grade,
    _not_an_object,
    _wrong_type,
    _email_without_at,
)
