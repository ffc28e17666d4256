"""Templates that would make a wrong letter are refused before any letter is written, with file and line."""

import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from notify.core import samples
from notify.core.letter import Sender
from notify.core.templates import FILES
from notify.core.view import Application, Reason, View
from notify.stationery import UnusableTemplates, letter_writer

from .letters import decision, read, tell, text

SENDER = Sender("Graduate Hiring", "hiring@example.com")
KNOWN = (
    "name, programme, outcome, applications, advancing, reviewed, declined, several, decided_by, may_ask, "
    "corrects, status_url"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the package's templates, to be changed."""
    with as_file(files("notify") / "templates") as ours:
        shutil.copytree(ours, tmp_path / "letters")
    return tmp_path / "letters"


@pytest.fixture
def refused(folder: Path) -> Callable[[], list[str]]:
    """What is wrong with the folder, a line a problem."""

    def why() -> list[str]:
        with pytest.raises(UnusableTemplates) as error:
            letter_writer(SENDER, folder)
        first, *problems = str(error.value).splitlines()
        assert first == "The letters' templates are not usable; mend these files:"
        return [problem.strip() for problem in problems]

    return why


def add(folder: Path, file: str, line: str) -> int:
    """Add a line to a template; return its number."""
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    return len(path.read_text(encoding="utf-8").splitlines())


def test_an_own_folder_replaces_the_packages_words(folder: Path) -> None:
    words = folder / "words.en.j2"
    words.write_text(words.read_text().replace("The graduate hiring team", "Your friends at Example"))
    (folder / "names.toml").write_text('[en.programme]\nai-internships-2026 = "Our\\nSummer"\n')
    letter = tell(decision("advance"), letter_writer(SENDER, folder))
    assert "\nYour friends at Example\n" in text(letter)
    assert read(letter)["subject"] == "Our Summer: your application goes on to the next step"


def test_an_unknown_variable_is_refused_with_its_line_though_no_sample_meets_it(
    folder: Path, refused: Callable[[], list[str]]
) -> None:
    line = add(
        folder, "words.zh.j2", '\n{% set hidden %}{% if programme == "another" %}\n{{ nmae }}{% endif %}{% endset %}'
    )
    assert refused() == [f"words.zh.j2, line {line}: `nmae` is unknown; the letter knows: {KNOWN}"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("{{ applications[0].titel }}", "`titel` is unknown; the application knows: outcome, by_person, track,"),
        ("{% for it in declined %}{{ it.resons }}{% endfor %}", "`resons` is unknown; the application knows:"),
        (
            "{% for it in declined if it.reasons %}{% for w in it.reasons[1:] %}{{ w.texxt }}{% endfor %}{% endfor %}",
            "`texxt` is unknown; the reason knows: text, change",
        ),
        ("{{ applications.first }}", "`first` is unknown: this is a tuple"),
        ("{{ applications|map(attribute='nmber')|join }}", "`nmber` is unknown; the application knows:"),
        ("{% if outcome == 'advanced' %}x{% endif %}", "`advanced` is none of: advance, review, decline"),
        ("{% if decided_by in ('person', 'computer') %}x{% endif %}", "`computer` is none of: rules, person, both"),
        ("{{ worht }}", f"`worht` is unknown; the letter knows: {KNOWN}, and what words.en.j2 sets"),
        ("{{ name|shout }}", "there is no filter `shout`"),
        ("{% if name is loud %}x{% endif %}", "there is no test `loud`"),
        ("{% include 'footer.j2' %}", "there is no file footer.j2"),
        ("{% for it in declined %}{% include 'names.j2' %}{% endfor %}", "there is no file names.j2"),
        ("{% include name %}", "name the file itself: what is computed cannot be checked"),
        ("{% include 'letter.txt.j2' %}", "letter.txt.j2 comes to name itself"),
        ("{{ name", "unexpected end of template, expected 'end of print statement'."),
        ("{% if name %}", "Unexpected end of template."),
        ("{{ lipsum() }}", "`lipsum` is unknown;"),
        ("{{ [1, 2]|random }}", "there is no filter `random`"),
    ],
)
def test_what_is_misspelt_is_refused_with_file_and_line(
    folder: Path, refused: Callable[[], list[str]], wrong: str, why: str
) -> None:
    line = add(folder, "letter.txt.j2", wrong)
    assert refused()[0].startswith(f"letter.txt.j2, line {line}: {why}")


def test_everything_that_is_wrong_is_told_at_once(folder: Path, refused: Callable[[], list[str]]) -> None:
    add(folder, "words.en.j2", "{{ one }}")
    add(folder, "words.zh.j2", "{% endif %}")
    (folder / "letter.html.j2").unlink()
    (folder / "names.toml").write_text('[en.programm]\nx = "X"\n[fr.unit]\nx = "X"\n[zh.unit]\ny = " "\n')
    told = refused()
    assert [problem.split(":")[0].split(",")[0] for problem in told] == ["names.toml"] * 3
    (folder / "names.toml").unlink()
    told = refused()
    assert [problem.split(":")[0].split(",")[0] for problem in told] == ["words.en.j2", "letter.html.j2", "words.zh.j2"]
    assert "letter.html.j2: there is no such file" in told


def test_a_word_that_one_language_lacks_is_refused(folder: Path, refused: Callable[[], list[str]]) -> None:
    words = folder / "words.zh.j2"
    words.write_text(words.read_text(encoding="utf-8").replace("set regards =", "set regard ="), encoding="utf-8")
    told = refused()
    assert len(told) == 2
    assert all("`regards` is unknown" in problem and problem.endswith("what words.zh.j2 sets") for problem in told)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("letter.txt.j2", ""),
        ("letter.txt.j2", "\n \n"),
        ("letter.html.j2", "{# nothing #}"),
        ("letter.html.j2", "<title>Hello</title><style>p { color: red }</style>\n<p>&nbsp;</p>"),
    ],
)
def test_an_empty_body_is_refused(folder: Path, refused: Callable[[], list[str]], file: str, content: str) -> None:
    (folder / file).write_text(content)
    assert refused() == [f"{file}: it comes out empty, as in the sample letter advance (en)"]


def test_a_body_that_is_empty_only_for_some_letters_is_refused(folder: Path, refused: Callable[[], list[str]]) -> None:
    (folder / "letter.txt.j2").write_text("{% if not (corrects == 'changed' and several) %}Hello{% endif %}")
    assert refused() == ["letter.txt.j2: it comes out empty, as in the sample letter several-corrected (en)"]


def test_an_empty_or_missing_subject_is_refused(folder: Path, refused: Callable[[], list[str]]) -> None:
    add(folder, "words.zh.j2", '{% set subject = "" %}')
    assert refused() == ["words.zh.j2: the subject comes out empty, as in the sample letter advance (zh)"]
    words = folder / "words.zh.j2"
    words.write_text(words.read_text(encoding="utf-8").replace("set subject", "set subjekt"), encoding="utf-8")
    assert refused()[0] == "words.zh.j2: it does not set the `subject`"


def test_what_fails_only_when_a_letter_is_written_is_refused_with_its_line(
    folder: Path, refused: Callable[[], list[str]]
) -> None:
    line = add(folder, "letter.html.j2", "{{ 1 // declined|length }}")
    assert len(refused()) == 1
    assert refused()[0].startswith(f"letter.html.j2, line {line}: ")
    assert refused()[0].endswith("as in the sample letter advance (en)")


@pytest.mark.parametrize(
    "escape",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ ''|attr('_' ~ '_class_' ~ '_') }}",
        "{{ applications[0].__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ namespace.__init__.__globals__['sys'] }}",
        "{{ '{0.__class__}'.format(name) }}",
        "{{ ([] ~ '')['__class__'] }}",
        "{{ [].append(1) }}",
        "{{ dict.mro() }}",
        "{% for it in range(10 ** 9) %}x{% endfor %}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    ],
)
def test_no_template_gets_out_of_its_box(folder: Path, refused: Callable[[], list[str]], escape: str) -> None:
    line = add(folder, "letter.txt.j2", escape)
    assert refused()[0].startswith(f"letter.txt.j2, line {line}: ")


def test_files_that_cannot_be_read_are_told(folder: Path, refused: Callable[[], list[str]]) -> None:
    (folder / "words.en.j2").write_bytes(b"fine\nno \xff UTF-8")
    (folder / "names.toml").write_text("[en\n")
    told = refused()
    assert told[0] == "words.en.j2, line 2: this is no UTF-8"
    assert told[1].startswith("names.toml: Expected ']'")
    shutil.rmtree(folder)
    assert refused()[0] == f"{folder}: the folder cannot be read: No such file or directory"


def test_own_templates_may_extend_include_import_and_define(folder: Path) -> None:
    (folder / "base.html.j2").write_text("<p>{% block body scoped %}{% endblock %}</p>{{ foot }}")
    (folder / "part.j2").write_text("{{ each.number }}")
    (folder / "macros.j2").write_text(
        "{% macro bold(it, sign='!') %}<b>{{ it }}{{ sign }}{{ caller() }}</b>{% endmacro %}"
    )
    (folder / "letter.html.j2").write_text(
        "{% extends 'base.html.j2' %}{% import 'macros.j2' as m %}{% from 'macros.j2' import bold as strong %}"
        "{% set foot = 'foot' %}{% block body %}{{ super() }}"
        "{% for each in applications|sort(attribute='number') %}{% include 'part.j2' %}{% else %}{{ name }}{% endfor %}"
        "{% call m.bold(programme) %}{% with last = applications|last %}{{ last.number }}{% endwith %}{% endcall %}"
        "{% filter upper %}{{ opening }}{% endfilter %}{% set ns = namespace(n=1) %}{% set ns.n = 2 %}{{ ns.n }}"
        "{{ strong is defined }}{{ reading_heading if reviewed else why_heading }}{% endblock %}"
    )
    letter = text(tell(decision("review"), letter_writer(SENDER, folder)), "html")
    assert "<b>Graduate Internships 2026!" in letter
    assert letter.endswith("foot")


def test_every_sample_has_a_name_of_its_own_and_every_language_the_same() -> None:
    names = [sample.name for sample in samples.of("en")]
    assert len(set(names)) == len(names)
    assert names == [sample.name for sample in samples.of("zh")]


def test_the_documentation_names_everything_that_a_letter_knows() -> None:
    told = (Path(__file__).parents[3] / "docs" / "letters.md").read_text(encoding="utf-8")
    for known in (*View.__slots__, *Application.__slots__, *Reason.__slots__, *FILES):
        assert f"`{known}`" in told
