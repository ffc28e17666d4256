"""One well-formed application, as an HR system would tell it."""

from datetime import datetime, timedelta, timezone
from typing import Any

from cohort.drive.chance import Chance
from cohort.drive.words import ethics, names, projects, sources, studies

Document = dict[str, Any]

_OPENED = datetime(2025, 9, 1, 9, 0, tzinfo=timezone(timedelta(hours=8)))
_IN_WINDOW = (
    "2025-11",
    "2025-12",
    "2026-01",
    "2026-03",
    "2026-06",
    "2026-06",
    "2026-06",
    "2026-07",
    "2026-09",
    "2026-10",
)
_OUTSIDE = ("2025-06", "2025-10", "2026-11", "2027-01", "2027-06", "2028-07", "2023-07")
_LEVELS = ("bachelor",) * 5 + ("master",) * 4 + ("doctorate", "associate")
_SCALES = (4.0, 4.0, 5.0, 100, 100, 100)


def application(chance: Chance, number: int, drive: str, programme: str) -> Document:
    """Application number `number` of the drive tagged `drive`; both go into its external id and its e-mail."""
    source, pattern = chance.pick(sources.SOURCES)
    locale = chance.pick(names.LOCALES)
    chinese = locale.startswith("zh")
    # One hidden aptitude, so that grades, courses and projects of a candidate belong together.
    aptitude = chance.random()
    document: Document = {
        "source": source,
        "external_id": pattern.format(drive=drive, number=number),
        "programme": programme,
        "candidate": _candidate(chance, number, locale),
        "education": [_degree(chance, aptitude, chinese)],
        "courses": _courses(chance, aptitude, chinese),
        "projects": [_project(chance, aptitude, chinese) for _ in range(chance.between(0, 2) + int(aptitude * 2))],
        "preferences": _preferences(chance),
        "consents": _consents(chance),
    }
    if chance.happens(0.97):
        document["submitted_at"] = (_OPENED + timedelta(seconds=number * 7)).isoformat()
    if chance.happens(0.1):
        document["education"].insert(0, _first_degree(chance, chinese))
    if chance.happens(0.5):
        name, out_of = chance.pick(studies.ASSESSMENTS)
        score = round(out_of * (0.35 + 0.5 * aptitude + 0.15 * chance.random()), 1)
        document["assessments"] = [{"name": name, "score": score, "out_of": out_of, "taken": "2025-09"}]
    if (answer := _ethics(chance, chinese)) is not None:
        document["answers"] = {"ai-ethics": answer}
    if chance.happens(0.3):
        document["demographics"] = {"gender": chance.pick(sources.GENDERS), "region": chance.pick(sources.REGIONS)}
    return document


def _candidate(chance: Chance, number: int, locale: str) -> Document:
    given_names, family_names, family_first = names.PEOPLE[locale]
    given, family = chance.pick(given_names), chance.pick(family_names)
    local = f"{given.plain}.{family.plain}{number}"
    candidate: Document = {
        "name": family.written + given.written if family_first else f"{given.written} {family.written}",
        "email": f"{local}@{chance.pick(names.MAIL_DOMAINS)}",
        "locale": locale,
    }
    if chance.happens(0.02):
        candidate["email"] = candidate["email"].replace(local, f"{local}+jobs").upper()
    if chance.happens(0.6):
        # +999 is no country's code.
        candidate["phone"] = f"+999 {chance.between(100, 999)} {chance.between(1000, 9999)}"
    if chance.happens(0.5):
        candidate["time_zone"] = names.TIME_ZONES[locale]
    return candidate


def _degree(chance: Chance, aptitude: float, chinese: bool) -> Document:
    degree: Document = {"institution": chance.pick(studies.SCHOOLS_ZH if chinese else studies.SCHOOLS_EN)}
    if chance.happens(0.98):
        degree["level"] = chance.pick(_LEVELS)
    if chance.happens(0.98):
        degree["field"] = chance.pick(studies.FIELDS_ZH if chinese and chance.happens(0.8) else studies.FIELDS_EN)
    when = chance.random()
    if when < 0.86:
        degree["graduation"] = chance.pick(_IN_WINDOW) + ("-30" if when < 0.05 else "")
    elif when < 0.97:
        degree["graduation"] = chance.pick(_OUTSIDE)
    if chance.happens(0.92):
        degree["grade"] = _grade(chance, aptitude)
    return degree


def _first_degree(chance: Chance, chinese: bool) -> Document:
    return {
        "institution": chance.pick(studies.SCHOOLS_ZH if chinese else studies.SCHOOLS_EN),
        "level": "bachelor",
        "field": chance.pick(studies.FIELDS_ZH if chinese else studies.FIELDS_EN),
        "graduation": "2023-06",
    }


def _grade(chance: Chance, aptitude: float) -> Document:
    scale = chance.pick(_SCALES)
    share = 0.55 + 0.35 * aptitude + 0.1 * chance.random()
    return {"value": round(scale * share, 0 if scale == 100 else 2), "scale": scale}


def _courses(chance: Chance, aptitude: float, chinese: bool) -> list[Document]:
    taken = chance.some(studies.FOUNDATIONS, chance.between(2, 4) + int(aptitude * 8))
    taken += chance.some(studies.OTHER_COURSES, chance.between(0, 2))
    in_chinese = chinese and chance.happens(0.9)
    with_area = chance.happens(0.4)
    courses = []
    for english, written, area in taken:
        course: Document = {"name": written if in_chinese else english}
        if with_area:
            course["area"] = area
        if chance.happens(0.3):
            course["grade"] = _grade(chance, aptitude)
        courses.append(course)
    return courses


def _project(chance: Chance, aptitude: float, chinese: bool) -> Document:
    domain = chance.pick(_DOMAINS)
    titles_en, titles_zh = projects.DOMAINS[domain]
    ai = chance.happens(0.35 + 0.5 * aptitude)
    project: Document = {
        "title": chance.pick(titles_zh if chinese else titles_en),
        "kind": chance.pick(projects.KINDS),
    }
    if chance.happens(0.9):
        project["domain"] = domain
    if chance.happens(0.85):
        project["ai"] = ai
    if chance.happens(0.9):
        deeds: tuple[str, ...] = projects.PLAIN_DEEDS_ZH if chinese else projects.PLAIN_DEEDS_EN
        if ai:
            deeds = projects.AI_DEEDS_ZH if chinese else projects.AI_DEEDS_EN
        project["summary"] = ("" if chinese else " ").join(chance.some(deeds, chance.between(1, 2)))
    return project


_DOMAINS = tuple(projects.DOMAINS)


def _ethics(chance: Chance, chinese: bool) -> str | None:
    which = chance.random()
    if which < 0.04:
        return None
    if which < 0.08:
        return chance.pick(ethics.SHORT)
    length = chance.between(0, 6)
    if chinese and which < 0.9:
        parts = [chance.pick(ethics.OPENINGS_ZH), *chance.some(ethics.THOUGHTS_ZH, length)]
        return "".join([*parts, chance.pick(ethics.CLOSINGS_ZH)] if length > 1 else parts)
    parts = [chance.pick(ethics.OPENINGS_EN), *chance.some(ethics.THOUGHTS_EN, length)]
    return " ".join([*parts, chance.pick(ethics.CLOSINGS_EN)] if length > 1 else parts)


def _preferences(chance: Chance) -> Document:
    preferences: Document = {}
    if chance.happens(0.9):
        preferences["tracks"] = chance.some(("ai", "general"), 1 if chance.happens(0.6) else 2)
    if chance.happens(0.8):
        preferences["units"] = chance.some(("cloud", "research", "delivery"), chance.between(1, 3))
    return preferences


def _consents(chance: Chance) -> Document:
    if chance.happens(0.01):
        return {}
    consents: Document = {
        "data_processing": not chance.happens(0.005),
        "automated_screening": not chance.happens(0.02),
    }
    if chance.happens(0.02):
        del consents["automated_screening"]
    if chance.happens(0.02):
        consents["human_only"] = True
    return consents
