"""What rules and scores look at in a case, each as a small value. None of these raises."""

from collections.abc import Callable

from hiring.events.application import Area, Project
from screening.core.case import AreasOf, Case
from screening.core.conditions import ProjectChoice
from screening.core.shares import Mark
from screening.core.words import count_words

Counted = tuple[int, int, int]
"""How many courses there are, how many count for sure, and how many may: their area is not known."""

Sorted = tuple[int, int, int]
"""How many projects there are, how many fit for sure, and how many may: they do not say."""

Attempt = tuple[float, float, str | None]
"""A test result: score, out of, month taken."""

# Marks are taken `+ 0.0`: -0.0 is equal to 0.0, so remembered as the same, but worded otherwise.


def graduations(case: Case) -> tuple[str | None, ...]:
    """The month in which each degree ends, None where it is not told."""
    return tuple([degree.get("graduation") for degree in case.facts.get("education", ())])


def latest_marks(case: Case) -> tuple[Mark | None, ...]:
    """The grade of the latest degree, None where it has none; of each that may be the latest where that is open."""
    education = case.facts.get("education", ())
    if len(education) == 1:
        grade = education[0].get("grade")
        return ((grade["value"] + 0.0, grade["scale"]) if grade else None,)
    latest = max(filter(None, graduations(case)), default=None)
    marks = [
        (grade["value"] + 0.0, grade["scale"]) if (grade := degree.get("grade")) else None
        for degree in education
        if degree.get("graduation") in (None, latest)
    ]
    return tuple(sorted(marks, key=lambda mark: mark or (-1.0, 0.0)))


def courses_in(areas: tuple[Area, ...], areas_of: AreasOf) -> Callable[[Case], Counted]:
    """Counts the courses in any of the areas, each once; and those that may be."""
    if len(areas) == 1:
        (only,) = areas

        def count(case: Case) -> Counted:
            return case.listed, case.courses.get(only, 0), case.courses.get(None, 0)

        return count
    wanted = frozenset(areas)

    def count_several(case: Case) -> Counted:
        found = 0
        for course in case.facts.get("courses", ()):
            area = course.get("area")
            if area in wanted if area is not None else not wanted.isdisjoint(areas_of(course["name"])):
                found += 1
        return case.listed, found, case.courses.get(None, 0)

    return count_several


def projects_of(choice: ProjectChoice) -> Callable[[Case], Sorted]:
    """Counts the projects of a choice."""
    kinds, domains, about_ai = frozenset(choice.kinds), frozenset(choice.domains), choice.ai

    def fits(project: Project) -> bool | None:
        told = [project.get("ai")] if about_ai else []
        for value, wanted in ((project.get("kind"), kinds), (project.get("domain"), domains)):
            if wanted:
                told.append(None if value is None else value in wanted)
        return False if False in told else None if None in told else True

    def count(case: Case) -> Sorted:
        projects = case.facts.get("projects", [])
        if kinds or domains:
            told = [fits(project) for project in projects]
        elif about_ai:
            told = [project.get("ai") for project in projects]
        else:
            return len(projects), len(projects), 0
        return len(projects), told.count(True), told.count(None)

    return count


def attempts_at(name: str) -> Callable[[Case], tuple[Attempt, ...]]:
    """The results of a test, in an order that does not depend on theirs."""

    def attempts(case: Case) -> tuple[Attempt, ...]:
        found = [
            (result["score"] + 0.0, result["out_of"], result.get("taken"))
            for result in case.facts.get("assessments", ())
            if result["name"] == name
        ]
        return tuple(sorted(found, key=lambda one: (one[0], one[1], one[2] or ""))) if len(found) > 1 else tuple(found)

    return attempts


def words_in(question: str, enough: int) -> Callable[[Case], int | None]:
    """The number of words of an answer up to `enough`, which stands for more."""

    def words(case: Case) -> int | None:
        answer = case.facts.get("answers", {}).get(question)
        return None if answer is None else count_words(answer, enough)

    return words


def months_before(month: str, many: int) -> str:
    """The month so many months earlier; not before the year 0."""
    months = max(0, int(month[:4]) * 12 + int(month[5:7]) - 1 - many)
    return f"{months // 12:04}-{months % 12 + 1:02}"


def in_time(taken: str | None, since: str | None, earliest: str | None) -> bool | None:
    """Whether a test was taken in time: from `since` on; from `earliest` until then it is open."""
    if since is None:
        return True
    if taken is None or earliest is None:
        return None
    return True if taken >= since else None if taken >= earliest else False
