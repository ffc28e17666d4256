"""Policies and facts for hypothesis: any that the language and the contract allow, drawn so that they often meet."""

from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from hiring.events.application import Facts
from screening.core.policy import Policy

AREAS = ["mathematics", "computer-science", "statistics", "other"]
LEVELS = ["associate", "bachelor", "master", "doctorate", "other"]
KINDS = ["academic", "personal", "competition", "internship", "open-source", "other"]
DOMAINS, TESTS, QUESTIONS, UNITS = ["health", "logistics"], ["coding"], ["ai-ethics", "why"], ["a", "b", "c"]
COURSES = {"mathematics": ["algebra", "线性代数"], "computer-science": ["algorithm", "algebra"], "statistics": ["概率"]}
FIELDS = {"computing": ["Software Engineering", "软件工程"], "maths": ["数学", "software engineering"], "arts": []}
MONTHS = ["1900-01", "2025-10", "2025-11", "2026-03", "2199-12"]
SAYING = {"en": "so", "zh": "如此"}

share = st.sampled_from(["2.0 of 4", "3.0 of 4", "75%", "0.6", "60 of 100", "1"])
counts = st.integers(1, 4)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping in which each of the fields is given or absent."""
    return st.fixed_dictionaries({}, optional=fields)


def subset(values: list[str], least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=3, unique=True)


def of_kind(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), **fields})


CHOICE = some(ai=st.booleans(), kinds=subset(KINDS[:3]), domains=subset(DOMAINS))
TEST = st.fixed_dictionaries({"name": st.sampled_from(TESTS)}) | st.fixed_dictionaries(
    {"name": st.sampled_from(TESTS), "taken_since": st.sampled_from(MONTHS), "grace_months": st.integers(0, 12)}
)
WINDOW = st.lists(st.sampled_from(MONTHS), min_size=2, max_size=2).map(sorted)


def merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda told: {name: value for part in told for name, value in part.items()})


SIMPLE = st.one_of(
    WINDOW.map(lambda window: {"kind": "graduates_within", "earliest": window[0], "latest": window[1]}),
    merged(of_kind("studies", levels=subset(LEVELS)), some(fields=subset(list(FIELDS)))),
    of_kind("studies", fields=subset(list(FIELDS))),
    of_kind("foundations", area=subset(AREAS), at_least=counts),
    merged(of_kind("projects", at_least=counts), CHOICE),
    of_kind("grade_at_least", at_least=share),
    merged(of_kind("assessment_at_least", at_least=share), TEST),
    of_kind("answered", question=st.sampled_from(QUESTIONS), words=st.integers(1, 6)),
    of_kind("consented", to=subset(["data_processing", "automated_screening"])),
    of_kind("machine_may_decide"),
)


def groups(members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return of_kind("any_of", of=st.lists(members, min_size=1, max_size=3)) | of_kind(
        "all_of", of=st.lists(members, min_size=1, max_size=3)
    )


CONDITIONS = st.one_of(SIMPLE, SIMPLE, groups(SIMPLE), groups(SIMPLE | groups(SIMPLE | groups(SIMPLE))))

ANCHORS = st.sampled_from([("0", "1"), ("50%", "75%"), ("2.0 of 4", "3.0 of 4"), ("60%", "90%")])
COUNTED = st.tuples(st.integers(0, 3), counts).map(lambda ends: (ends[0], ends[0] + ends[1]))


def anchored(
    kind: str, anchors: st.SearchStrategy[Any], *parts: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    ends = anchors.map(lambda both: {"none_at": both[0], "full_at": both[1]})
    return merged(of_kind(kind), ends, *parts)


COMPONENTS = st.one_of(
    anchored("grade", ANCHORS),
    anchored("foundations", COUNTED, of_kind("foundations", area=subset(AREAS))),
    anchored("projects", COUNTED, CHOICE),
    anchored("assessment", ANCHORS, TEST),
    anchored("answered", COUNTED, some(), of_kind("answered", question=st.sampled_from(QUESTIONS))),
)


@st.composite
def scores(draw: st.DrawFn) -> dict[str, Any]:
    """A score of one to four components."""
    components = draw(st.lists(COMPONENTS, min_size=1, max_size=4))
    cuts = draw(st.lists(st.integers(1, 99), min_size=len(components) - 1, max_size=len(components) - 1, unique=True))
    ends = [0, *sorted(cuts), 100]
    review, advance = sorted(draw(st.tuples(st.integers(0, 100), st.integers(0, 100))))
    return {
        "advance_from": advance,
        "review_from": review,
        "components": [
            {**component, "id": f"c{n}", "weight": ends[n + 1] - ends[n]} for n, component in enumerate(components)
        ],
        "reason": SAYING,
        "between": SAYING,
        "unclear": SAYING,
    }


@st.composite
def policies(draw: st.DrawFn, persons: bool = True) -> Policy:
    """A policy of one to three tracks. One whose rules exclude each other, which is refused, is drawn anew.

    Without `persons` no rule sends to a person whatever the others say.
    """
    numbers = iter(range(1000))

    def rules() -> list[dict[str, Any]]:
        told = []
        for condition in draw(st.lists(CONDITIONS, max_size=3)):
            rule = {"id": f"r{next(numbers)}", "reason": SAYING, "unclear": SAYING, **condition}
            rule["otherwise"] = draw(
                st.sampled_from(["decline", "review", "person"] if persons else ["decline", "review"])
            )
            if draw(st.booleans()) and "consented" not in str(condition) and "machine" not in str(condition):
                rule["if_unknown"] = "pass"
            told.append(rule)
        return told

    shared = rules()
    tracks = []
    for number in range(draw(st.integers(1, 3))):
        track: dict[str, Any] = {"id": f"t{number}", "seats": 5, "units": draw(subset(UNITS)), "rules": rules()}
        if draw(st.booleans()):
            track["score"] = draw(scores())
        tracks.append(track)
    told = {
        "name": "p",
        "version": "1",
        "programme": "p",
        "decline_needs_a_person": draw(st.booleans()),
        "courses": COURSES,
        "fields": FIELDS,
        "rules": shared,
        "tracks": tracks,
    }
    try:
        return Policy.model_validate(told)
    except ValidationError as error:
        assert all("nobody meets both" in one["msg"] for one in error.errors()), error
        return draw(st.nothing())


UNSAID = st.sampled_from([None, True, False])
GRADES = st.sampled_from(
    [None]
    + [
        {"value": value, "scale": scale}
        for value, scale in [
            (2.9, 4.0),
            (3.0, 4.0),
            (75.0, 100.0),
            (3.75, 5.0),
            (0.0, 4.0),
            (-0.0, 4.0),
            (4.3, 4.0),
            (66.7, 90.0),
        ]
    ]
)
TEXT = st.text(st.sampled_from("aé人 .-_²٣\u202e\u0301Ⅻ한"), max_size=12)
DEGREES = some(
    level=st.sampled_from([None, *LEVELS]),
    field=st.sampled_from([None, "软件工程", "Ｓｏｆｔｗａｒｅ  Engineering", "ARTS", "\u202emaths"]),
    graduation=st.sampled_from([None, *MONTHS, "2026-03", "2026-03"]),
    grade=GRADES,
)
NAMED_COURSES = st.fixed_dictionaries(
    {
        "name": st.sampled_from(
            ["线性代数", "ALGEBRA II", "ＡＬＧＥＢＲＡ", "Algorithms", "概率论", "\u202earbegla", "x"]
        )
    },
    optional={"area": st.sampled_from([None, *AREAS])},
)
PROJECTS = st.fixed_dictionaries(
    {"title": st.just("x")},
    optional={
        "ai": UNSAID,
        "kind": st.sampled_from([None, *KINDS[:2]]),
        "domain": st.sampled_from([None, *DOMAINS, "x"]),
    },
)
RESULTS = st.fixed_dictionaries(
    {
        "name": st.sampled_from([*TESTS, "x"]),
        "score": st.sampled_from([0.0, 2.5, 59.9, 60.0, 75.0, 100.0, 101.0]),
        "out_of": st.sampled_from([100.0, 100.0, 80.0]),
    },
    optional={"taken": st.sampled_from([None, *MONTHS])},
)
FACTS: st.SearchStrategy[Facts] = some(
    education=st.lists(DEGREES, min_size=1, max_size=3),
    courses=st.lists(NAMED_COURSES, max_size=6),
    projects=st.lists(PROJECTS, max_size=3),
    assessments=st.lists(RESULTS, max_size=3),
    answers=st.dictionaries(st.sampled_from(QUESTIONS), TEXT, max_size=2),
    preferences=some(
        tracks=st.lists(st.sampled_from(["t0", "t1", "t2", "x"]), max_size=4),
        units=st.lists(st.sampled_from([*UNITS, "x"]), max_size=3),
    ),
    consents=some(data_processing=UNSAID, automated_screening=UNSAID, human_only=UNSAID),
)  # type: ignore[assignment]
