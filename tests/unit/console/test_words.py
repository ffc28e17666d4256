"""Both languages say the same things."""

import re
import string
from importlib.resources import files

from console.words import accepted, catalogue
from hiring.events.reading import Flaw


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_each_sentence_is_in_both_languages_with_the_same_places() -> None:
    en, zh = catalogue("en"), catalogue("zh")
    assert en.keys() == zh.keys()
    assert [key for key in en if places(en[key]) != places(zh[key])] == []
    assert [key for key, sentence in zh.items() if sentence == en[key] and key not in ("facts.ai",)] == []


def test_every_key_that_a_template_names_is_there_and_every_key_is_used() -> None:
    sources = [it.read_text("utf-8") for it in (files("console.web") / "templates").iterdir()]
    sources += [it.read_text("utf-8") for it in files("console.web").iterdir() if it.name.endswith(".py")]
    named = {key for source in sources for key in re.findall(r"""["']([a-z_]+(?:\.[a-z_-]+)?)["']""", source)}
    begun = {key for source in sources for key in re.findall(r"""["']([a-z_]+\.)["']""", source)}
    wanted = {key for source in sources for key in re.findall(r"""\bt\(["']([a-z_.-]+[a-z])["'][,)]""", source)}
    assert wanted - catalogue("en").keys() == set()
    unused = {key for key in catalogue("en") if key not in named and not key.startswith(tuple(begun))}
    assert unused == set()


def test_every_reason_of_a_dead_letter_has_words() -> None:
    assert {f"flaw.{flaw}" for flaw in Flaw} <= catalogue("zh").keys()


def test_the_browsers_first_language_among_ours_is_taken() -> None:
    assert accepted("fr-FR,zh-CN;q=0.8,en;q=0.5") == "zh"
    assert accepted("en-GB,zh") == "en"
    assert accepted("") == "en"
