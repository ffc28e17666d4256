"""Who asked for what, why, and what became of it."""

from typing import Any

from console.store.asked import Answer
from hiring.events import LETTERS_PAUSED
from hiring.events.command import LettersPaused

from .happened import id_of, minute, review_given
from .site import Site
from .test_pages import text


async def test_everybody_sees_who_asked_for_what_and_what_became_of_it(as_role: Any, site: Site) -> None:
    pausing = LettersPaused(command_id=id_of("p"), by="wei.zhang", why="The wording is wrong", at=minute(1))
    await site.asked.ask(LETTERS_PAUSED, pausing, "letters")
    site.asked.refusal = "it does not wait for a person"
    await site.asked.ask("x", review_given(1, "decline", at=2), "k")
    page = text((await (await as_role("auditor")).get("/actions")).text)
    assert page.index("Application reviewed") < page.index("Letters paused"), "the latest first"
    assert "wei.zhang" in page and "The wording is wrong" in page and "service: obeyed" in page
    assert "service: refused it does not wait for a person" in page


async def test_what_to_know_of_a_command_that_was_obeyed_is_told(as_role: Any, site: Site) -> None:
    command = review_given(1)
    await site.asked.ask("x", command, "k")
    site.asked.answered[command.command_id] = [Answer("console", None, minute(2), "2 dead letters discarded")]
    visitor = await as_role("viewer")
    assert "Done. 2 dead letters discarded." in text((await visitor.get(f"/?done={command.command_id}")).text)
    assert "console: obeyed 2 dead letters discarded" in text((await visitor.get("/actions")).text)


async def test_a_page_tells_what_became_of_the_command_it_was_come_to_by(as_role: Any, site: Site) -> None:
    visitor = await as_role("viewer")
    site.asked.refusal = "it does not wait"
    await site.asked.ask("x", review_given(1), "k")
    command = review_given(1).command_id
    assert "Not done: it does not wait" in text((await visitor.get(f"/?done={command}")).text)
    assert "not answered yet" in text((await visitor.get(f"/?done={id_of('unheard of')}")).text)
    assert "Not done" not in text((await visitor.get("/?done=nonsense")).text)
