"""Odd values that are nevertheless right, as real drives are full of them: each changes an application in place."""

from collections.abc import Callable

from cohort.drive.application import Document
from cohort.drive.chance import Chance

_FULL_WIDTH = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)} | {" ": "\u3000"})


def _long_name(_: Chance, document: Document) -> None:
    name = document["candidate"]["name"]
    document["candidate"]["name"] = (name + " de la Croix-Étoilée" * 10)[:200].strip()


def _right_to_left(chance: Chance, document: Document) -> None:
    name = chance.pick(("ليلى حداد", "יעל כהן", "آرش رستمی"))
    document["candidate"]["name"] = f"\u200f{name}\u200f ({document['candidate']['name']})"


def _emoji(_: Chance, document: Document) -> None:
    document["candidate"]["name"] += " 👩🏽‍💻"
    document.setdefault("answers", {})["motivation"] = "🚀🚀 因为喜欢 ❤️"


def _full_width(_: Chance, document: Document) -> None:
    document["candidate"]["name"] = document["candidate"]["name"].translate(_FULL_WIDTH)
    for degree in document["education"]:
        if "field" in degree:
            degree["field"] = degree["field"].translate(_FULL_WIDTH)


def _no_courses(_: Chance, document: Document) -> None:
    document["courses"] = []


def _sixty_courses(_: Chance, document: Document) -> None:
    document["courses"] = [{"name": f"选修课 {n + 1} / Elective", "area": "other"} for n in range(60)]


def _grade_zero(_: Chance, document: Document) -> None:
    document["education"][-1]["grade"] = {"value": 0, "scale": 4.0}


def _nothing_told(_: Chance, document: Document) -> None:
    for name in ("education", "courses", "projects", "assessments", "answers", "preferences", "consents"):
        document.pop(name, None)


def _blanks_around(_: Chance, document: Document) -> None:
    document["candidate"]["name"] = f"  {document['candidate']['name']}\t"
    document["external_id"] = f" {document['external_id']} "


def _nulls(_: Chance, document: Document) -> None:
    document["candidate"]["phone"] = None
    document["education"][-1] |= {"grade": None, "level": None}


def _quotes_and_tags(_: Chance, document: Document) -> None:
    document["candidate"]["name"] += ' <b>"O\'Neil"</b> & {{name}} %s'


ODDITIES: tuple[Callable[[Chance, Document], None], ...] = (
    _long_name,
    _right_to_left,
    _emoji,
    _full_width,
    _no_courses,
    _sixty_courses,
    _grade_zero,
    _nothing_told,
    _blanks_around,
    _nulls,
    _quotes_and_tags,
)
