"""From a résumé in JSON Resume (jsonresume.org, schema v1.0.0) to an application.

Facts are taken over, not concluded: whether a project is one of AI, or which level a degree has whose name is not
known, is left unknown, and a person looks. What an application has no place for is told.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from typing_extensions import TypedDict, Unpack

from cohort_client.application import (
    Application,
    Assessment,
    Candidate,
    Consents,
    Course,
    Degree,
    Level,
    Preferences,
    Project,
    ProjectKind,
)
from cohort_client.resume_values import grade, kind, line, month, summary
from cohort_client.study_level import level

T = TypeVar("T")

LONGEST_LINE = 200
LONGEST_TEXT = 8_000
LONGEST_PHONE = 40
MOST_DEGREES = 10
MOST_COURSES = 200
MOST_PROJECTS = 50

_NOTHING: tuple[object, ...] = (None, "", [], {})
_NO_PLACE = "an application has no place for it"


class NoApplication(ValueError):
    """The résumé lacks what every application needs; the message says where."""


class LeftOut(NamedTuple):
    """Something that was not taken over: its place, as `education[0].score`, and why."""

    place: str
    why: str


class Converted(NamedTuple):
    """The application, and what the résumé says beyond it."""

    application: Application
    left_out: list[LeftOut]


class More(TypedDict, total=False):
    """What a résumé does not say and you may know."""

    locale: str
    time_zone: str
    submitted_at: str
    assessments: list[Assessment]
    answers: dict[str, str]
    preferences: Preferences
    consents: Consents
    demographics: dict[str, str]


def application(
    resume: Mapping[str, Any], *, source: str, external_id: str, programme: str, **more: Unpack[More]
) -> Converted:
    """The application that a résumé makes. Raises NoApplication where it has no name or e-mail address."""
    reading = _Reading(resume)
    given: Application = {
        "source": source,
        "external_id": external_id,
        "programme": programme,
        "candidate": reading.candidate(),
        "education": reading.education(),
        "courses": reading.courses,
        "projects": reading.projects(),
    }
    reading.rest()
    for name in ("locale", "time_zone"):
        if name in more:
            given["candidate"][name] = more.pop(name)
    given.update(more)  # type: ignore[typeddict-item]
    return Converted(given, reading.left_out)


class _Reading:
    """One résumé; notes what it does not take over."""

    def __init__(self, resume: Mapping[str, Any]) -> None:
        self._resume = resume
        self.left_out: list[LeftOut] = []
        self.courses: list[Course] = []

    def candidate(self) -> Candidate:
        """Who applies."""
        basics = self._resume.get("basics")
        if not isinstance(basics, Mapping):
            raise NoApplication("basics is missing: an application needs a name and an e-mail address")
        for name in ("name", "email"):
            if not line(basics.get(name)):
                raise NoApplication(f"basics.{name} is missing: every application needs it")
        told = Candidate(name=line(basics["name"]), email=line(basics["email"]))
        if phone := self._short(basics, "phone", "basics", LONGEST_PHONE):
            told["phone"] = phone
        self._no_place(basics, "basics", {"name", "email", "phone"})
        return told

    def education(self) -> list[Degree]:
        """The degrees; their courses go to `courses`."""
        degrees = []
        for entry, place in self._entries("education", MOST_DEGREES):
            degree = Degree()
            if institution := self._short(entry, "institution", place):
                degree["institution"] = institution
            if field := self._short(entry, "area", place):
                degree["field"] = field
            known: Level | None = self._told(entry, "studyType", place, level, "names no level that is known")
            if known:
                degree["level"] = known
            if graduation := self._told(entry, "endDate", place, month, "names no month"):
                degree["graduation"] = graduation
            if mark := self._told(entry, "score", place, grade, "does not say of how much"):
                degree["grade"] = mark
            self._add_courses(entry.get("courses"), f"{place}.courses")
            self._no_place(entry, place, {"institution", "area", "studyType", "endDate", "score", "courses"})
            if degree:
                degrees.append(degree)
        return degrees

    def projects(self) -> list[Project]:
        """The projects; description, highlights and keywords make the summary."""
        projects = []
        for entry, place in self._entries("projects", MOST_PROJECTS):
            if title := self._short(entry, "name", place):
                project = Project(title=title)
                for name, kinds in (("description", str), ("highlights", list), ("keywords", list)):
                    if entry.get(name) not in _NOTHING and not isinstance(entry[name], kinds):
                        self._note(f"{place}.{name}", f"is not {'text' if kinds is str else 'a list'}")
                if told := summary(entry):
                    project["summary"] = told[:LONGEST_TEXT]
                    if len(told) > LONGEST_TEXT:
                        self._note(f"{place}.description", f"what comes after {LONGEST_TEXT} characters")
                known: ProjectKind | None = self._told(entry, "type", place, kind, "names no kind that is known")
                if known:
                    project["kind"] = known
                projects.append(project)
                self._no_place(entry, place, {"name", "description", "highlights", "keywords", "type"})
            elif not line(entry.get("name")):
                self._note(place, "has no name")
        return projects

    def rest(self) -> None:
        """Note every other section."""
        self._no_place(self._resume, "", {"basics", "education", "projects", "meta", "$schema"})

    def _add_courses(self, given: Any, place: str) -> None:
        if given and not isinstance(given, list):
            self._note(place, "is not a list")
            return
        for number, told in enumerate(given or ()):
            if not (name := line(told)) or len(name) > LONGEST_LINE:
                self._note(f"{place}[{number}]", f"is not a name of at most {LONGEST_LINE} characters")
            elif len(self.courses) == MOST_COURSES:
                self._note(f"{place}[{number}]", f"more than {MOST_COURSES}")
            else:
                self.courses.append(Course(name=name))

    def _entries(self, section: str, most: int) -> Iterator[tuple[Mapping[str, Any], str]]:
        given = self._resume.get(section)
        if given and not isinstance(given, list):
            self._note(section, "is not a list")
            return
        for number, entry in enumerate(given or ()):
            place = f"{section}[{number}]"
            if not isinstance(entry, Mapping):
                self._note(place, "is not an object")
            elif number >= most:
                self._note(place, f"more than {most}")
            else:
                yield entry, place

    def _short(self, entry: Mapping[str, Any], name: str, place: str, most: int = LONGEST_LINE) -> str:
        told = self._text(entry, name, place)
        if len(told) > most:
            self._note(f"{place}.{name}", f"longer than {most} characters")
            return ""
        return told

    def _told(
        self, entry: Mapping[str, Any], name: str, place: str, read: Callable[[str], T | None], otherwise: str
    ) -> T | None:
        if not (text := self._text(entry, name, place)):
            return None
        if (told := read(text)) is None:
            self._note(f"{place}.{name}", otherwise)
        return told

    def _text(self, entry: Mapping[str, Any], name: str, place: str) -> str:
        told = line(entry.get(name))
        if not told and entry.get(name) not in _NOTHING:
            self._note(f"{place}.{name}", "is not text")
        return told

    def _no_place(self, entry: Mapping[str, Any], place: str, taken: set[str]) -> None:
        for name, value in entry.items():
            if name not in taken and value not in _NOTHING:
                self._note(f"{place}.{name}" if place else name, _NO_PLACE)

    def _note(self, place: str, why: str) -> None:
        self.left_out.append(LeftOut(place, why))
