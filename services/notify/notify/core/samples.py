"""Sample letters: every kind of news in every language, for people to look at and for templates to be tried on. Pure.

All are made up, and the same each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from hiring.events.decision import DecisionMade, PolicyNamed, Reason, Saying
from notify.core.announcement import Addressee, Announcement, best_first
from notify.core.language import LANGUAGES, Language

_SPACE = UUID("6f1d3c52-0c0a-5a6e-9b1e-5d1f0e7a2026")
_DAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_STATUS_URL = "https://apply.example.com/s/sample"
_PROGRAMME = "ai-internships-2026"

_MATHEMATICS = Reason(
    rule="mathematics",
    en="The AI track asks for at least two courses in mathematics.",
    zh="AI方向要求至少两门数学课程。",
    change=Saying(en="1 course in mathematics; needs 2", zh="数学课程 1 门；需 2 门"),
)
_AI_PROJECT = Reason(
    rule="ai-project",
    en="The AI track asks for at least one AI project, academic or personal, in any field.",
    zh="AI方向要求至少一个AI项目，学术或个人项目均可，领域不限。",
    change=Saying(en="0 AI projects; needs 1", zh="AI项目 0 个；需 1 个"),
)
_COMPUTING = Reason(
    rule="computing",
    en="The general track asks for at least one course in computer science.",
    zh="通用方向要求至少一门计算机科学课程。",
    change=Saying(en="0 courses in computer science; needs 1", zh="计算机科学课程 0 门；需 1 门"),
)
_NO_PROJECTS = Reason(rule="project", en="Your application lists no projects.", zh="您的申请未列出项目。")
_HTML = Reason(
    rule="html",
    en="Your answer has <b>2 words</b> & needs \"30\" or more <script>alert('x')</script>.",
    zh="您的回答有 <b>2 字</b>，需 \"30\" 字以上 & <script>alert('x')</script>。",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A letter to be written: a slug for its file's name, what it tells, and whom."""

    name: str
    announcement: Announcement
    addressee: Addressee


def all_samples() -> tuple[Sample, ...]:
    """Every sample in every language."""
    return tuple(sample for language in LANGUAGES for sample in of(language))


def of(language: Language) -> tuple[Sample, ...]:
    """Every sample in one language; the names are the same in each."""
    name, locale = {"en": ("Ada Lovelace", "en-GB"), "zh": ("王小明", "zh-CN")}[language]
    told = [(slug, announcement, name) for slug, announcement in _ANNOUNCEMENTS.items()]
    told += [(f"name-{slug}", _ANNOUNCEMENTS["advance"], name) for slug, name in _NAMES.items()]
    return tuple(
        Sample(slug, announcement, Addressee(name, f"{slug}@mail.example", locale)) for slug, announcement, name in told
    )


def _decision(outcome: str, seed: str, track: str | None = "ai", **more: Any) -> DecisionMade:
    return DecisionMade.model_validate(
        {
            "decision_id": uuid5(_SPACE, f"decision {seed}"),
            "application_id": uuid5(_SPACE, f"application {seed}"),
            "candidate_id": "a" * 64,
            "revision": "b" * 64,
            "programme": _PROGRAMME,
            "policy": PolicyNamed(name=_PROGRAMME, version="1", digest="c" * 64),
            "outcome": outcome,
            "track": track,
            "decided_at": _DAY + timedelta(minutes=len(seed)),
            **more,
        }
    )


def _told(*decisions: DecisionMade, corrects: bool = False, page: bool = True) -> Announcement:
    ordered = best_first(decisions)
    return Announcement(ordered, f"<{ordered[0].decision_id}@example.com>", corrects, _STATUS_URL if page else None)


def _by_person(outcome: str, seed: str, **more: Any) -> DecisionMade:
    asked_for = {"cause": "review", "decided_by": "A. Reviewer", "note": "Read in full.", "reasons": [_NO_PROJECTS]}
    return _decision(outcome, seed, reviewed=uuid5(_SPACE, "reviewed"), **{**asked_for, **more})


def _announcements() -> dict[str, Announcement]:
    advance = _decision("advance", "1", unit="research")
    cloud = _decision("advance", "2", "general", unit="cloud")
    decline = _decision("decline", "3", reasons=[_MATHEMATICS, _AI_PROJECT])
    general = _decision("decline", "4", "general", reasons=[_COMPUTING])
    delivery = _decision("decline", "5", "general", unit="delivery", reasons=[_COMPUTING])
    review = _decision("review", "6", "general", unit="delivery", reasons=[_NO_PROJECTS])
    bare: dict[str, DecisionMade] = {
        outcome: _decision(outcome, f"bare {outcome}", None) for outcome in ("advance", "review", "decline")
    }
    person = {outcome: _by_person(outcome, f"person {outcome}") for outcome in ("advance", "decline")}
    return {
        "advance": _told(advance),
        "advance-by-person": _told(person["advance"]),
        "advance-after-a-person": _told(person["advance"], corrects=True),
        "advance-corrected": _told(advance, corrects=True),
        "advance-no-page": _told(bare["advance"], page=False),
        "advance-by-person-no-page": _told(person["advance"], page=False),
        "review": _told(review),
        "review-corrected": _told(review, corrects=True),
        "review-no-page": _told(bare["review"], page=False),
        "decline": _told(decline),
        "decline-by-person": _told(person["decline"]),
        "decline-after-a-person": _told(person["decline"], corrects=True),
        "decline-corrected": _told(decline, corrects=True),
        "decline-no-page": _told(bare["decline"], page=False),
        "decline-by-person-no-page": _told(person["decline"], page=False),
        "several-all-news": _told(advance, review, general),
        "several-advance": _told(advance, cloud),
        "several-advance-decline": _told(advance, general),
        "several-advance-declines": _told(advance, general, delivery),
        "several-advance-decline-no-page": _told(advance, general, page=False),
        "several-advance-review": _told(advance, review),
        "several-review": _told(review, _decision("review", "7")),
        "several-review-decline": _told(review, decline),
        "several-decline": _told(decline, general),
        "several-decline-by-both": _told(decline, person["decline"]),
        "several-decline-by-both-no-page": _told(decline, person["decline"], page=False),
        "several-decline-after-a-person": _told(general, person["decline"], corrects=True),
        "several-decline-by-person": _told(person["decline"], _by_person("decline", "8", track="general")),
        "several-corrected": _told(advance, review, general, corrects=True),
        "several-decline-corrected": _told(decline, general, corrects=True),
        "several-without-tracks": _told(*bare.values(), page=False),
        "reason-with-html": _told(_decision("decline", "9", reasons=[_HTML, *_long_reasons()])),
    }


def _long_reasons() -> Sequence[Reason]:
    return [Reason(rule="long", en="Sesquipedalian" * 12, zh="很长的理由" * 30)]


_ANNOUNCEMENTS = _announcements()
_NAMES = {
    "long": "María de los Ángeles Guadalupe Fernández-Montenegro y Rodríguez de la Vega",
    "unbroken": "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswes",
    "right-to-left": "نور الهدى عبد الرحمن",
    "emoji": "Zoë 🌱 Müller",
    "markup": '<b>Robert</b> & "Bobby" O\'Tables; {{ 7 * 7 }}',
    "none": "see www.prize.example now",
}
