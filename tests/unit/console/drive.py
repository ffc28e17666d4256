"""A drive that looks like one, for the pages in a browser and for screenshots."""

import random
import time

from console.core.gauges import SERVICES, Gauges, Look

from .drive_asked import fill_asked
from .drive_policies import FIRST, JUDGED_BY, OTHER, PROGRAMME, SEATS, fill_policies
from .happened import decided, minute, review_given, submitted, told
from .site import Model, Site

_UNITS = {"ai": ("research", "cloud"), "general": ("delivery", "cloud")}
_REASON = {
    "rule": "score",
    "en": "The score is between the two marks, so a person looks at it.",
    "zh": "得分介于两个分数线之间，由工作人员审阅。",
    "change": {"en": "41.5 of 100; advances from 50", "zh": "41.5/100；50 分通过"},
}
_RULES = [
    {"rule": "graduation", "verdict": "pass", "observed": "2026-06", "required": "graduates 2025-11 to 2026-10"},
    {"rule": "consent", "verdict": "pass", "observed": "agreed", "required": "consent to data_processing"},
]
_AI = {
    "track": "ai",
    "outcome": "review",
    "rules": [
        {
            "rule": "mathematics",
            "verdict": "pass",
            "observed": "3 of 7 courses",
            "required": "at least 2 in mathematics",
        },
        {"rule": "statistics", "verdict": "unknown", "observed": "no courses", "required": "at least 1 in statistics"},
        {"rule": "ai-projects", "verdict": "fail", "observed": "no projects", "required": "at least 1 AI project"},
    ],
    "score": {
        "points": 41.5,
        "of": 100,
        "advance_from": 50,
        "review_from": 30,
        "components": [
            {"component": "grade", "points": 22.5, "of": 25, "observed": "3.6 of 4.0"},
            {"component": "ai-projects", "points": 19, "of": 60, "observed": "1 of 1"},
            {"component": "ai-ethics", "points": None, "of": 15, "observed": "no answer"},
        ],
    },
}


_THESIS = "The thesis is an AI project in all but name."
_CAUSES = (
    "550 5.1.1 no such mailbox",
    "552 5.2.2 the mailbox is full; tried 8 times in 2 days",
    "554 5.7.1 refused by the receiver's policy",
)
_HELD = "the letter was handed to the mail server 3 times, and no answer came: it may have arrived"
_QUARTER = 450
_SECONDS = 2


def fill(site: Site) -> None:
    """A drive with everything that a page can show."""
    fill_model(site.model)
    fill_gauges(site.gauges)
    fill_policies(site.asked)
    fill_asked(site.asked)


def fill_model(model: Model, size: int = 600) -> None:
    """Applications in every state, one of them (the first) with everything a page can show; some dead letters."""
    chance = random.Random(2026)
    for n in range(2, size):
        programme = OTHER if n % 14 == 0 else PROGRAMME
        model.tell(n, submitted(n, programme=programme))
        if chance.random() < 0.94:
            track = chance.choice(["ai", "ai", "general"]) if programme == PROGRAMME else "cloud"
            outcome = chance.choices(["advance", "review", "decline"], [5, 2, 4])[0]
            unit = chance.choice(_UNITS.get(track, ("cloud",))) if outcome == "advance" else None
            by = JUDGED_BY if programme == PROGRAMME else {"name": OTHER, "version": "1", "digest": FIRST}
            on = track if outcome != "decline" else None
            model.tell(n, decided(n, outcome, track=on, unit=unit, programme=programme, policy=by))
            if chance.random() < 0.9:
                state = chance.choices(["sent", "failed", "suppressed", "held"], [94, 2, 3, 1])[0]
                cause = {"failed": chance.choice(_CAUSES), "held": _HELD}.get(state)
                model.tell(n, told(n, state, 2 + n / 20, cause=cause))
    _fill_one(model)
    for offset in range(7):
        model.bury(offset)
    model.bury(7, "not-json")
    model.bury(8, "refused", "hiring.commands")
    for offset, state in (1, "redriven"), (2, "discarded"), (7, "redriven"):
        model.letters[offset] = model.letters[offset]._replace(
            state=state, by="mei.lin", why="campus-portal sends addresses again", settled_at=minute(14)
        )
    model.seats = {PROGRAMME: SEATS}


def _fill_one(model: Model) -> None:
    model.tell(1, submitted(1), submitted(1, at=2, revision=2))
    model.tell(
        1, decided(1, "review", 3, "first", reasons=[_REASON], rules=_RULES, tracks=[_AI], unit=None, policy=JUDGED_BY)
    )
    model.tell(
        1, told(1, "sent", 4, "first"), review_given(1, "advance", 50, "first").model_copy(update={"why": _THESIS})
    )
    model.tell(
        1,
        decided(
            1,
            "advance",
            51,
            "second",
            cause="review",
            decided_by="li.na",
            note=_THESIS,
            reasons=[_REASON],
            rules=_RULES,
            tracks=[_AI],
            policy=JUDGED_BY,
        ),
        told(1, "sent", 52, "second"),
    )


def fill_gauges(gauges: Gauges) -> None:
    """A quarter of an hour: a file of many applications came, and service after service worked it off."""
    done, now = dict.fromkeys(SERVICES, 0.0), time.time()
    for n in range(_QUARTER):
        came = 700 if 150 <= n < 330 else 40
        done["intake"] += came * _SECONDS
        for service, before, most in ("screening", "intake", 560), ("notify", "screening", 380):
            jitter = 1 + 0.1 * ((n * 7919) % 13 - 6) / 6
            done[service] = min(done[service] + most * jitter * _SECONDS, done[before])
        whole = {service: round(it) for service, it in done.items()}
        # It reads what each of the others wrote, a look later.
        wrote = sum(it for service, it in whole.items() if service != "console")
        waiting = {
            "intake": 0,
            "screening": whole["intake"] - whole["screening"],
            "notify": whole["screening"] - whole["notify"],
            "console": wrote - whole["console"],
        }
        gauges.add(Look(now - (_QUARTER - 1 - n) * _SECONDS, waiting, whole))
        done["console"] = wrote
