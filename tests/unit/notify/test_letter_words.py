"""What a letter says to one person about one application or several, and what it never says."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hiring.events.decision import DecisionMade, Reason, Saying
from notify.core import samples
from notify.core.announcement import Addressee, Announcement, best_first

from .letters import MESSAGE_ID, REASON, WRITER, decision, read, text

PAGE = "https://apply.example.com/s/token"
CHANGE = Saying(en="1 course in mathematics; needs 2", zh="数学课程 1 门；需 2 门")
WITH_CHANGE = REASON.model_copy(update={"change": CHANGE})
ALL = [pytest.param(sample, id=f"{sample.name}-{sample.addressee.locale}") for sample in samples.all_samples()]
KINDS = ("plain", "html")


def tell(*decisions: DecisionMade, locale: str = "en", corrects: bool = False, page: str | None = PAGE) -> bytes:
    announcement = Announcement(best_first(decisions), MESSAGE_ID, corrects, page)
    return WRITER.write(announcement, Addressee("Ada Lovelace", "ada@example.org", locale)).data


def other(outcome: str, number: int, track: str | None = "general", **more: object) -> DecisionMade:
    ids = {"decision_id": UUID(int=number), "application_id": UUID(int=number)}
    return decision(outcome, **{**ids, "track": track, **more})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("locale", "line"),
    [("en", "In your application: 1 course in mathematics; needs 2"), ("zh", "您的申请：数学课程 1 门；需 2 门")],
)
def test_a_decline_says_what_would_have_passed(kind: str, locale: str, line: str) -> None:
    assert line in text(tell(decision("decline", reasons=[WITH_CHANGE]), locale=locale), kind)
    waiting = text(tell(decision("review", reasons=[WITH_CHANGE]), locale=locale), kind)
    assert CHANGE.en not in waiting and CHANGE.zh not in waiting, "who waits for a person has not failed anything"


@pytest.mark.parametrize("kind", KINDS)
def test_good_news_comes_first_and_a_decline_beside_it_is_one_quiet_line(kind: str) -> None:
    declined = decision("decline", track="general", reasons=[WITH_CHANGE])
    letter = text(tell(declined, other("advance", 1, "ai", unit="research")), kind)
    assert "Congratulations! One of your applications" in letter
    assert letter.index("Artificial intelligence, AI research") < letter.index(
        "(General) does not go on; your page says"
    )
    for harsh in ("sorry", "Thank you for applying", "worth", REASON.en, CHANGE.en):
        assert harsh not in letter


def test_two_declines_beside_good_news_share_the_line() -> None:
    letter = text(tell(other("advance", 1, "ai"), other("decline", 2), other("decline", 3, unit="cloud"), page=None))
    assert "Your other applications (General; General, Cloud) do not go on; if you would like to know why," in letter


def test_several_declines_are_one_letter_with_one_thanks_and_the_reasons_of_each() -> None:
    letter = text(tell(decision("decline", track="ai", reasons=[WITH_CHANGE]), other("decline", 1)))
    assert letter.count("Thank you") == letter.count("We are sorry") == 1
    assert "neither of your applications goes on" in letter
    assert f"Artificial intelligence\n- {REASON.en}\n  In your application: {CHANGE.en}\n" in letter
    assert "General\nYour application does not meet everything" in letter
    assert all(f"{track}: " in letter for track in ("Artificial intelligence", "General")), "a number for each"


def test_applications_that_are_called_the_same_are_told_apart_by_their_numbers() -> None:
    told = other("advance", 1), other("decline", 2), other("decline", 4, "ai"), other("review", 3, None)
    letter = text(tell(*told))
    assert "- General, number …000001\n" in letter
    assert "(General, number …000002; Artificial intelligence) do not go on" in letter, (
        "only where two are called alike"
    )
    assert "\nNumber …000003\nThe rules of the programme cannot decide this alone" in letter
    assert "- 通用 / 编号 …000001\n" in text(tell(*told, locale="zh"))


@pytest.mark.parametrize(
    ("locale", "person", "both"), [("en", "A person decided this.", "A person decided some of this")]
)
def test_who_decided_is_told_as_it_was(locale: str, person: str, both: str) -> None:
    by_person = decision("decline", cause="review", decided_by="Tom")
    assert person in text(tell(by_person, other("decline", 1, cause="review", decided_by="Eva"), locale=locale))
    assert both in text(tell(by_person, other("decline", 1), locale=locale))
    # What still waits for a person was decided by nobody.
    assert person in text(tell(by_person, other("review", 1), locale=locale))


@pytest.mark.parametrize("outcome", ["advance", "review", "decline"])
@pytest.mark.parametrize(
    ("locale", "sentence", "subject"),
    [
        ("en", "This letter replaces the one we wrote to you before", "replaces"),
        ("zh", "取代我们此前发给您的通知", "取代"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_correction_says_that_it_replaces_what_we_wrote_and_why(
    outcome: str, locale: str, sentence: str, subject: str, kind: str
) -> None:
    data = tell(decision(outcome), locale=locale, corrects=True)
    assert sentence in text(data, kind)
    assert subject in read(data)["subject"]
    first = tell(decision(outcome), locale=locale)
    assert sentence not in text(first, kind)
    assert subject not in read(first)["subject"]


@pytest.mark.parametrize("outcome", ["advance", "decline"])
@pytest.mark.parametrize(
    ("locale", "looked", "mistake", "replaces"),
    [
        ("en", "A person has now looked at your application and decided.", "unsettling", "This letter replaces"),
        ("zh", "工作人员已审阅您的申请并作出决定。", "歉意", "本邮件取代"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_person_decided_after_an_earlier_letter_is_no_mistake_of_ours(
    outcome: str, locale: str, looked: str, mistake: str, replaces: str, kind: str
) -> None:
    data = tell(decision(outcome, cause="review", decided_by="Tom"), locale=locale, corrects=True)
    letter = text(data, kind)
    assert looked in letter and mistake not in letter
    assert (replaces in letter) == (outcome == "advance"), "a decline may be what we wrote before"
    assert not re.search("replaces|取代", read(data)["subject"])


def test_of_several_letters_that_a_person_answered_it_is_told_how_many() -> None:
    by_person = decision("decline", cause="review", decided_by="Tom")
    one = text(tell(by_person, other("decline", 1), corrects=True))
    assert "A person has now looked at one of your applications and decided. Where we wrote something else" in one
    both = text(tell(by_person, other("decline", 1, cause="review", decided_by="Eva"), corrects=True))
    assert "A person has now looked at your applications and decided." in both


ASKS = {"en": "would like a person to look at", "zh": "由工作人员复核"}


@pytest.mark.parametrize("page", [PAGE, None])
@pytest.mark.parametrize("sample", ALL)
def test_a_letter_promises_a_persons_look_where_the_page_offers_one(sample: samples.Sample, page: str | None) -> None:
    announcement = replace(sample.announcement, status_url=page)
    letter = text(WRITER.write(announcement, sample.addressee).data)
    offered = any(it.outcome == "decline" and it.cause != "review" for it in announcement.decisions)
    assert (ASKS[sample.addressee.locale[:2]] in letter) == offered
    if (
        page
        and not offered
        and sample.addressee.locale.startswith("en")
        and announcement.decisions[0].outcome != "review"
    ):
        assert "reply to this e-mail: a person will read it. Your page shows what was decided, and lets you" in letter


@pytest.mark.parametrize("outcome", ["advance", "review", "decline"])
def test_the_page_of_the_candidate_is_linked_where_there_is_one_and_else_one_replies(outcome: str) -> None:
    with_page, without = tell(decision(outcome)), tell(decision(outcome), page=None)
    assert f"\nYour page: {PAGE}\n" in text(with_page)
    assert f'href="{PAGE}"' in text(with_page, "html")
    for kind in KINDS:
        assert "withdraw" in text(with_page, kind) and "withdraw" in text(without, kind)
        assert "reply to this e-mail with your application number" in text(without, kind).replace("Reply", "reply")
        assert "our page" not in text(without, kind)


def test_the_link_is_escaped() -> None:
    letter = text(tell(decision("advance"), page='https://a.example/s?a=1&b="><b>'), "html")
    assert 'href="https://a.example/s?a=1&amp;b=&#34;&gt;&lt;b&gt;"' in letter


def test_the_letter_is_dated_by_the_newest_decision() -> None:
    later = datetime(2026, 3, 4, tzinfo=UTC)
    told = other("advance", 1, decided_at=later - timedelta(days=1)), decision("decline", decided_at=later)
    assert read(tell(*told))["date"].datetime == later


@pytest.mark.parametrize("sample", ALL)
def test_no_letter_watches_its_reader_or_fetches_anything(sample: samples.Sample) -> None:
    data = WRITER.write(sample.announcement, sample.addressee).data
    html = text(data, "html")
    assert not re.search(r"<(img|link|script|iframe|form|object|video)\b|url\(|@import|src=|background=", html)
    addresses = set(re.findall(r"https?://[^\s\"'<]+", html + text(data)))
    assert addresses <= {sample.announcement.status_url}
    names = {name.lower() for name in read(data)}
    assert not names & {"list-unsubscribe", "list-unsubscribe-post", "return-receipt-to", "disposition-notification-to"}


@pytest.mark.parametrize("sample", ALL)
def test_text_and_html_say_the_same(sample: samples.Sample) -> None:
    words = WRITER.words(sample.announcement, sample.addressee)
    shown = re.sub(r"<(head|style)\b.*?</\1>|<[^>]+>", " ", words.html, flags=re.DOTALL)
    shown = re.sub(r"\s+", "", shown.translate({ord("•"): None}))
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        shown = shown.replace(entity, sign)
    for line in words.text.splitlines():
        said = line.removeprefix("- ").removeprefix("Your page: ").removeprefix("您的申请页面：")
        assert re.sub(r"\s|https://.*$", "", said) in shown


def test_a_letter_about_nobody_by_name_begins_kindly_and_one_with_a_long_name_keeps_it() -> None:
    by_name = {sample.name: sample for sample in samples.of("en")}
    for slug, greeting in (
        ("name-none", "Dear applicant,"),
        ("name-long", "Dear María de los Ángeles Guadalupe Fernández-Montenegro y Rodríguez de la Vega,"),
        ("name-right-to-left", "Dear نور الهدى عبد الرحمن,"),
        ("name-emoji", "Dear Zoë 🌱 Müller,"),
    ):
        sample = by_name[slug]
        assert text(WRITER.write(sample.announcement, sample.addressee).data).startswith(greeting + "\n")


def test_a_reason_that_is_html_is_shown_as_it_is() -> None:
    reason = Reason(rule="r", en="<img src=x onerror=alert(1)>", zh="", change=Saying(en="<b>2</b>", zh="<b>2</b>"))
    html = text(tell(decision("decline", reasons=[reason])), "html")
    assert "<img" not in html and "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "In your application: &lt;b&gt;2&lt;/b&gt;" in html
