"""The letters' page: what is stuck and why, stopping letters, and settling one."""

from typing import Any

from console.core.asked import asked
from console.core.pauses import pauses
from hiring.events.command import Command, LetterSettled, LettersPaused, LettersResumed

from .happened import decided, id_of, minute, submitted, told
from .site import Site
from .test_pages import text


def stopping(kind: type[LettersPaused | LettersResumed], at: float, programme: str | None = None) -> Command:
    return kind(command_id=id_of((kind, at)), by="li.na", why=f"why {at:g}", at=minute(at), programme=programme)


def test_what_is_paused_for_all_goes_on_only_by_a_word_for_all() -> None:
    given = [
        stopping(LettersPaused, 1),
        stopping(LettersPaused, 2, "ai"),
        stopping(LettersResumed, 3, "ops"),
        stopping(LettersPaused, 4),
    ]
    found = pauses(asked(it) for it in reversed(given))
    assert [(it.scope, it.why) for it in found] == [("", "why 4"), ("ai", "why 2")]
    assert pauses(asked(it) for it in [*given, stopping(LettersResumed, 5)]) == found[1:]


async def test_letters_that_are_stuck_are_listed_with_their_cause(as_role: Any, site: Site) -> None:
    for n, state in enumerate(("failed", "held", "sent", "failed")):
        site.model.tell(n, submitted(n), decided(n), told(n, state, 2 + n, cause=f"the server said 55{n}"))
    visitor = await as_role("viewer")
    page = text((await visitor.get("/letters")).text)
    assert "failed (2)" in page and page.index("said 553") < page.index("said 550"), "the latest first"
    assert "said 551" not in page and "said 551" in (await visitor.get("/letters?state=held")).text
    assert "Pause letters" not in page, "for operators"
    assert "Send it once more" not in (await visitor.get(f"/letters/{id_of(0)}")).text
    assert (await visitor.get(f"/letters/{id_of(2)}")).status_code == 404, "it went out"
    assert (await visitor.get("/letters?state=lost")).status_code == 404


async def test_an_operator_pauses_and_resumes_with_a_reason(as_role: Any, site: Site) -> None:
    site.model.tell(0, submitted(0))
    visitor = await as_role("operator")
    form = {"token": await visitor.token("/letters"), "programme": "ai-internships-2026"}
    assert "Say why" in (await visitor.post("/letters/pause", data=form | {"why": " "})).text
    assert site.asked.sent == []
    answer = await visitor.post("/letters/pause", data=form | {"why": "A typing error"})
    page = text((await visitor.get(answer.headers["location"])).text)
    assert "Done." in page
    assert "The letters of ai-internships-2026 are paused. By operator since" in page and "A typing error" in page
    assert "The letters of ai-internships-2026 are paused." in text((await visitor.get("/")).text), "the first page too"
    await visitor.post("/letters/resume", data=form | {"why": "Mended"})
    assert "are paused" not in text((await visitor.get("/letters")).text)
    assert [(type(it).__name__, key) for _, it, key in site.asked.sent] == [
        ("LettersPaused", "ai-internships-2026"),
        ("LettersResumed", "ai-internships-2026"),
    ]


async def test_a_pause_that_was_refused_pauses_nothing(as_role: Any, site: Site) -> None:
    site.asked.refusal = "not now"
    visitor = await as_role("operator")
    form = {"token": await visitor.token("/letters"), "programme": "", "why": "Hm"}
    answer = await visitor.post("/letters/pause", data=form)
    page = text((await visitor.get(answer.headers["location"])).text)
    assert "Not done: not now" in page and "are paused" not in page


async def test_a_letter_is_sent_once_more_by_an_operator_alone(as_role: Any, site: Site) -> None:
    site.model.tell(0, submitted(0), decided(0), told(0, "failed"))
    visitor = await as_role("operator")
    path = f"/letters/{id_of(0)}"
    form = {"token": await visitor.token(path), "why": "The mailbox is there again"}
    assert (await visitor.post(path, data=form | {"then": "burn"})).status_code == 400
    assert (await visitor.post(path, data=form | {"then": "send"})).status_code == 303
    [(_, command, key)] = site.asked.sent
    assert isinstance(command, LetterSettled)
    assert (command.then, command.by, command.decision_id, key) == (
        "send",
        "operator",
        id_of((0, "d")),
        str(id_of(0)),
    )


async def test_who_may_not_is_told_so_and_nothing_is_sent(as_role: Any, site: Site) -> None:
    visitor = await as_role("auditor")
    form = {"token": await visitor.token("/letters"), "programme": "", "why": "Hm"}
    answer = await visitor.post("/letters/pause", data=form)
    assert answer.status_code == 403 and "Your role may not do that" in answer.text
    assert site.asked.sent == []
