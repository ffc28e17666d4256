"""What a candidate reads, and that no name or reason can make the letter anything else."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiring.events.decision import Reason
from notify.core.announcement import Addressee, Announcement
from notify.core.letter import Unaddressable, envelope_address

from .letters import APPLICATION, DECISION, MESSAGE_ID, REASON, WRITER, decision, read, text, write


def test_who_advances_reads_the_track_and_the_unit_by_name() -> None:
    letter = text(write(decision("advance", track="ai", unit="research")))
    assert letter.startswith("Dear Ada Lovelace,\n")
    assert "Your application to Graduate Internships 2026 goes on to the next step" in letter
    assert "Track: Artificial intelligence\nUnit: AI research\n" in letter
    assert f"Application number: {APPLICATION}" in letter
    assert "something was missed, or wish to withdraw, reply to this e-mail" in letter


def test_who_is_declined_reads_why_and_how_to_ask_for_a_person() -> None:
    letter = text(write(decision("decline", reasons=[REASON, REASON])))
    assert letter.count(f"- {REASON.en}\n") == 1, "a reason that two rules gave is told once"
    assert "Thank you for applying" in letter
    assert "We are sorry" in letter
    assert "would like a person to look at it, or wish to withdraw, reply to this e-mail" in letter


@pytest.mark.parametrize("outcome", ["advance", "decline"])
@pytest.mark.parametrize(
    ("locale", "says", "computer"),
    [("en", "A person decided this.", "computer"), ("zh-CN", "该结果由工作人员作出。", "计算机")],
)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_what_a_person_decided_is_told_as_a_persons_decision(
    outcome: str, locale: str, says: str, computer: str, kind: str
) -> None:
    reviewed = decision(outcome, cause="review", decided_by="Tom", reviewed=DECISION, note="No.", reasons=[REASON])
    letter = text(write(reviewed, locale=locale), kind)
    assert says in letter
    assert computer not in letter
    assert REASON.en not in letter and REASON.zh not in letter
    assert "Tom" not in letter and "No." not in letter


def test_who_is_reviewed_reads_that_a_person_is_looking_and_at_what() -> None:
    letter = text(write(decision("review", reasons=[REASON])))
    assert "a person is now reading it" in letter
    assert f"What a person looks at\n- {REASON.en}\n" in letter
    assert "A computer came to this result" not in letter


@pytest.mark.parametrize("locale", ["zh", "zh-CN", "zh_TW", "ZH-Hans"])
@pytest.mark.parametrize(
    ("outcome", "subject", "sentence"),
    [
        ("advance", "2026届毕业生实习项目：您的申请已进入下一环节", "方向：AI\n部门：云业务\n"),
        ("decline", "2026届毕业生实习项目：关于您的申请结果", f"理由\n- {REASON.zh}\n"),
        ("review", "2026届毕业生实习项目：已收到您的申请，正由工作人员审阅", f"需要人工查看的内容\n- {REASON.zh}\n"),
    ],
)
def test_a_chinese_locale_is_written_to_in_chinese(locale: str, outcome: str, subject: str, sentence: str) -> None:
    more = {"track": "ai", "unit": "cloud"} if outcome == "advance" else {"reasons": [REASON]}
    data = write(decision(outcome, **more), "王小明", locale=locale)
    assert read(data)["subject"] == subject
    assert read(data)["to"].addresses[0].display_name == "王小明"
    assert text(data).startswith("王小明，您好：\n")
    assert sentence in text(data)
    assert f"申请编号：{APPLICATION}" in text(data)


@pytest.mark.parametrize("locale", ["en", "de-DE", "fr"])
@pytest.mark.parametrize("outcome", ["advance", "decline", "review"])
def test_without_track_unit_or_reasons_nothing_is_left_hanging(locale: str, outcome: str) -> None:
    for kind in ("plain", "html"):
        letter = text(write(decision(outcome, programme="data-ai_2027"), locale=locale), kind)
        assert "Data AI 2027" in letter
        for blank in ("None", ": \n", "Track:", "Unit:", "In your application", "\n\n\n", "<li></li>", "{{", "{%"):
            assert blank not in letter


def test_the_headers_say_who_writes_when_and_that_a_machine_does() -> None:
    message = read(write(decision("review")))
    assert message["from"] == "Graduate Hiring <hiring@example.com>"
    assert message["reply-to"] == "人事 <people@example.com>"
    assert message["to"] == "Ada Lovelace <ada@example.org>"
    assert message["message-id"] == MESSAGE_ID
    assert message["date"].datetime == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert message["auto-submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert write(decision("review")) == write(decision("review")), "the same letter twice is the same bytes"


@pytest.mark.parametrize(
    "name",
    [
        "Eve\r\nBcc: everyone@example.net",
        "Eve\nSubject: won\n\nbody",
        "Eve\x00\x1b[2J",
        "Eve\u2028X-Injected: yes",
        "Eve\u202egnp.exe",
        'Eve "the" \\ <eve@example.net>, other@example.net',
        "=?utf-8?b?QmNj?=",
        "{{ 7 * 7 }}{% raw %}",
        "<script>alert(1)</script>",
        "O'Brien, (Jr.); a: group;",
        "x" * 200,
        "\t \n",
    ],
)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    data = write(decision("advance"), name)
    message = read(data)
    assert [address.addr_spec for address in message["to"].addresses] == ["ada@example.org"]
    ours = {"date", "from", "to", "subject", "message-id", "auto-submitted", "reply-to"}
    mime = {"mime-version", "content-language", "content-type"}
    assert len(message.keys()) == len(ours | mime)
    assert {key.lower() for key in message} == ours | mime
    assert "<script>" not in text(data, "html")
    assert "49" not in text(data).splitlines()[0]
    assert "\u202e" not in text(data)


@pytest.mark.parametrize(
    "name",
    [
        "Win now https://spam.example/x",
        "www.spam.example",
        "go to spam.example/prize",
        "a@spam.example",
        "Spam.Com wins",
        "SPAM.CLUB",
    ],
)
def test_a_name_that_is_an_advertisement_is_not_repeated(name: str) -> None:
    data = write(decision("review"), name)
    assert b"spam" not in data.lower()
    assert text(data).startswith("Dear applicant,")


@pytest.mark.parametrize(
    "name",
    ["J. R. R. Tolkien", "Md.Rahman", "A.B. Kumar", "Anne-Marie O'Neil", "José Ñúñez", "欧阳 娜娜", "阿卜杜拉·买买提"],
)
def test_a_real_name_is_used_as_it_is(name: str) -> None:
    data = write(decision("review"), name)
    assert read(data)["to"].addresses[0].display_name == name
    assert text(data).startswith(f"Dear {name},")


def test_a_reason_is_text_in_html_too_and_stays_on_its_line() -> None:
    reason = Reason(rule="r", en="a < b & <b>c</b>\r\n.\r\nMAIL", zh="")
    data = write(decision("decline", reasons=[reason]))
    assert "- a < b & <b>c</b> . MAIL\n" in text(data)
    assert ">a &lt; b &amp; &lt;b&gt;c&lt;/b&gt; . MAIL</li>" in text(data, "html")
    assert "- a < b" in text(write(decision("decline", reasons=[reason]), locale="zh")), "no Chinese given: the English"


def test_a_very_long_reason_is_carried_in_lines_smtp_allows() -> None:
    reason = Reason(rule="r", en="word " * 1000, zh="词" * 5000)
    for locale in ("en", "zh"):
        data = write(decision("decline", reasons=[reason]), locale=locale)
        assert max(map(len, data.split(b"\r\n"))) <= 998
        assert (reason.zh if locale == "zh" else reason.en.strip()) in text(data)


def test_an_international_domain_is_told_in_ascii_and_a_local_part_needs_smtputf8() -> None:
    told = Announcement((decision("review"),), MESSAGE_ID)
    assert envelope_address("ada@faß.example") == "ada@xn--fa-hia.example"
    letter = WRITER.write(told, Addressee("Ada", "ada@例子.中国", "en"))
    assert (letter.recipient, letter.utf8) == ("ada@xn--fsqu00a.xn--fiqs8s", False)
    letter = WRITER.write(told, Addressee("李", "李@例子.中国", "en"))
    assert letter.utf8
    assert "<李@xn--fsqu00a.xn--fiqs8s>".encode() in letter.data
    with pytest.raises(Unaddressable) as refused:
        envelope_address("ada@\u2603\u200d.\u0301x")
    assert "ada" not in str(refused.value)


@settings(max_examples=300, deadline=None)
@given(name=st.text(min_size=1, max_size=200), reason=st.text(max_size=300), locale=st.sampled_from(["en", "zh"]))
def test_whatever_a_name_or_a_reason_is_the_message_is_well_formed(name: str, reason: str, locale: str) -> None:
    made = decision("decline", reasons=[Reason.model_construct(rule="r", en=reason, zh=reason)])
    data = write(made, name, locale=locale)
    message = read(data)
    assert [address.addr_spec for address in message["to"].addresses] == ["ada@example.org"]
    assert len(list(message.iter_parts())) == 2
    assert str(APPLICATION) in text(data)
    assert str(APPLICATION) in text(data, "html")
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
