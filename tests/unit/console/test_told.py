"""Whatever a service says of a command, a letter or a dead letter, a Chinese reader reads in Chinese."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from console.core import settling
from console.core.settling import Obstacle
from console.store.asked import Answer
from console.words.told import WHOLE, tables, told
from hiring import asyncapi
from hiring.events import APPLICATION_SUBMITTED, CONTRACTS
from hiring.events.answer import PolicyTried
from hiring.events.command import LettersPaused, PolicyTrialRequested
from hiring.events.notification import LetterState
from hiring.events.reading import Unreadable, parse
from hiring.topics import SUBMISSIONS
from notify.core.bounce import Bounce
from notify.core.person import Fallen

from .happened import decided, id_of, minute, submitted
from .happened import told as letter
from .said_in_source import VALUE, sentences
from .sayings import TABLES, refusals, said
from .site import Site
from .test_pages import text


def _composed() -> Iterator[str]:
    """What the console makes of several parts."""
    for then in settling.STATES:
        yield from (settling.note(then, n, Counter()) for n in (1, 2, 1234))
    for n, why in enumerate(Obstacle, 1):
        yield settling.refusal(Counter({why: 1}))
        yield settling.refusal(Counter({why: n, Obstacle.GONE: 1}) + Counter({Obstacle.NEWER: 1}))
        yield settling.note("redrive", n, Counter({why: n, Obstacle.ERASED: 1}))


def _broken(value: Any) -> Iterator[Any]:
    """An example of an event, each time with something else wrong in it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield {it: value[it] for it in value if it != name}
            yield from ({**value, name: other} for other in _broken(inner))
        yield value | {"nonsense": 1}
    if isinstance(value, list) and value:
        yield from ([other, *value[1:]] for other in _broken(value[0]))
        yield value * 300
    yield from (None, "", "x", "x" * 5000, "a\0b", "2026-13", {}, [], {"kind": "x"}, -1, 1.5, 10**9, True)


def _details() -> Iterator[str]:
    """What is wrong with those, as a dead letter tells it."""
    values = [
        (type_, json.dumps(it).encode()) for type_, example in asyncapi.examples().items() for it in _broken(example)
    ]
    no_json = [(APPLICATION_SUBMITTED, it) for it in (b"{", b"{'a': 1}", b'{"a": 1,}', b'"\xff"', b"[1] 2", b"")]
    for type_, value in values + no_json:
        try:
            parse(value, CONTRACTS[type_])
        except Unreadable as error:
            yield error.detail


_DETAILS = sorted(set(_details()))
_COMPOSED = sorted(set(_composed()))
_CAUSES = [*get_args(Fallen), "dropped by an operator", Bounce("failed", "5.1.1", ()).cause]
_MADE = {
    "refusal": [*_COMPOSED, "it is not a policy: units.0: Field required"],
    "note": _COMPOSED,
    "left": _COMPOSED,
    "cause": _CAUSES,
    "detail": _DETAILS,
    "fields": _DETAILS,
    "wrong": _DETAILS,
    "form": ["7: is empty"],
}
"""What is not read off the source: it is composed, or it is pydantic's."""


@pytest.mark.parametrize("table", TABLES)
def test_every_sentence_in_the_source_has_chinese(table: str) -> None:
    known = {_shape(english) for english in tables()[table]}
    assert said(table) - known == set(), f"add it to words/told.zh.toml under [{table}]; name the places as you like"


@pytest.mark.parametrize("table", sorted({*TABLES, *_MADE}))
def test_no_chinese_is_left_over(table: str) -> None:
    found = said(table) if table in TABLES else set()
    left = [english for english in tables()[table] if _shape(english) not in found]
    patterns = {it: re.sub(r"\\\{\w+\\\}", ".+", re.escape(it.replace("{{", "{").replace("}}", "}"))) for it in left}
    assert [it for it in left if not any(re.search(patterns[it], made) for made in _MADE.get(table, []))] == []


def _shape(english: str) -> str:
    return re.sub(r"\{\w+\}", VALUE, english).replace("{{", "{").replace("}}", "}")


def test_a_refusal_is_written_where_it_can_be_found() -> None:
    """Not in a variable from elsewhere: then nobody would miss its Chinese."""
    handed_on = {"answer.refusal", "refusal", "str(refused)", "str(why)"}
    unread = [
        f"{within.name}:{why.lineno}"
        for within, why in refusals()
        if VALUE in sentences(within, why) and ast.unparse(why) not in handed_on
    ]
    assert unread == []


@pytest.mark.parametrize("english", [*_COMPOSED, *_CAUSES])
def test_what_is_made_of_parts_is_told_in_chinese_with_all_of_them(english: str) -> None:
    chinese = told(english, "zh")
    assert chinese != english
    assert not [why for why in Obstacle if why in chinese], "no part is left in English"
    assert [it for it in re.findall(r"\d[\d,.]*", english) if it not in chinese] in ([], ["1"])


def test_what_is_wrong_with_an_event_is_told_in_chinese() -> None:
    assert [it for it in _DETAILS if told(it, "zh") == it] == []
    wrong = "candidate.email: is not an e-mail address; candidate.name: contains a control character; send plain text"
    assert told(wrong, "zh") == "candidate.email：不是电子邮件地址；candidate.name：含有控制字符：请填写纯文本"
    assert told(f"{wrong}; facts: is of a later release", "zh") == f"{wrong}; facts: is of a later release"


def test_the_places_of_a_sentence_are_those_of_its_chinese() -> None:
    def places(it: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", it))

    both = [(en, zh) for it in tables().values() for en, zh in it.items()]
    assert [en for en, zh in both if places(en) - {"aside"} != places(zh)] == []
    named = {place for it in tables().values() for english in it for place in places(english)}
    assert tables().keys() - named <= set(WHOLE), "each of the others is a place's"


def test_every_value_that_a_place_may_hold_is_known() -> None:
    assert tables()["letter_state"].keys() == {"queued", "sending", *get_args(LetterState)} - {"held", "failed"}
    assert tables()["fallen"].keys() == set(get_args(Fallen))
    assert tables()["dead_state"].keys() == set(settling.STATES.values())


def test_values_stay_and_lines_stay_and_what_nobody_knows_is_told_as_it_came() -> None:
    assert told("the track has no such unit: name one of nlp, vision", "zh").endswith("：nlp, vision")
    refused = "it is not a policy that can be tried:\nrules.2: names no month\nand 3 more"
    assert told(refused, "zh").splitlines() == ["这不是可以试行的政策：", "rules.2: names no month", "and 3 more"]
    for unknown in ("the letter is burnt: only one that is held or failed can be settled", "of a later release", ""):
        assert told(unknown, "zh") == unknown
    assert told(refused, "en") == refused


_LEFT = "; left as they are: 3 dead letters: "
_NONE = "none of 1 dead letters was given to its service once more: "


@pytest.mark.parametrize(
    "text",
    [
        "1 dead letter discarded" + (_LEFT + _NONE) * 25,
        "1 dead letter discarded" + (_LEFT + _NONE) * 40,
        "Invalid JSON: x" + " at line 1" * 70_000,
    ],
    ids=["nested", "nested deeper", "long"],
)
def test_no_text_holds_up_a_page(text: str) -> None:
    assert told(text, "zh") == text


async def test_pages_tell_it_in_the_readers_language(as_role: Any, site: Site) -> None:
    refusal, obeyed, tried, refused = (id_of(it) for it in ("refusal", "obeyed", "tried", "refused"))
    for n, it in enumerate((refusal, obeyed, tried, refused)):
        asked = {"command_id": it, "by": "wei.zhang", "why": "A test", "at": minute(n), "programme": "ai"}
        trial = PolicyTrialRequested(**asked, digest="1" * 64)
        site.asked.sent.append(("", LettersPaused(**asked) if it in (refusal, obeyed) else trial, ""))
    not_approved = "who proposed a policy does not approve it: another person must"
    discarded, too_many = "2 dead letters discarded", "20 trials wait already: ask again when some are answered"
    site.asked.answered[refusal] = [Answer("screening", not_approved, minute(5))]
    site.asked.answered[obeyed] = [Answer("console", None, minute(5), discarded)]
    site.asked.answered[refused] = [Answer("screening", too_many, minute(5))]
    no_memory = "it needs more memory than 512 MiB: give it more by HIRING_TRIAL_MEMORY_MB"
    site.asked.tried[tried] = PolicyTried(command_id=tried, programme="ai", problem=no_memory, tried_at=minute(6))
    late, no_address = "the relay did not answer in time", "applicant.email: is not an e-mail address"
    site.model.tell(1, submitted(1), decided(1), letter(1, "failed", 4, cause=late))
    site.model.bury(1)
    visitor = await as_role("operator")
    for path, english, chinese in [
        ("/actions", not_approved, "提出政策的人不能批准该政策：须由他人批准"),
        ("/actions", discarded, "已丢弃 2 条死信"),
        (f"/?done={refusal}", not_approved, "未执行：提出政策的人不能批准该政策"),
        (f"/?done={obeyed}", f"Done. {discarded}.", "已完成。 已丢弃 2 条死信。"),
        (f"/reviews?done={refusal}", not_approved, "提出政策的人不能批准该政策"),
        (f"/trials/{tried}", no_memory, "所需内存超过 512 MiB"),
        (f"/trials/{refused}", too_many, "已有 20 次试行在等待"),
        ("/letters", late, "邮件中继未及时应答"),
        (f"/letters/{id_of(1)}", late, "邮件中继未及时应答"),
        (f"/applications/{id_of(1)}", late, "邮件中继未及时应答"),
        (f"/dead-letters?topic={SUBMISSIONS}&flaw=invalid", no_address, "applicant.email：不是电子邮件地址"),
        ("/dead-letters/0/1", no_address, "applicant.email：不是电子邮件地址"),
    ]:
        page = text((await visitor.get(path, headers={"accept-language": "zh-CN"})).text)
        assert chinese in page and english not in page, path
        assert english in text((await visitor.get(path, headers={"accept-language": "en"})).text), path
    form = {"token": await visitor.token("/policies"), "text": "a: b: c", "why": "A test"}
    page = text((await visitor.post("/trials", data=form, headers={"accept-language": "zh-CN"})).text)
    assert "行号 1：不是有效的 YAML：文本中含有冒号加空格：请将整段文本放入引号" in page
