"""What became of each line is kept, compactly, and comes out as it went in."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from cohort.drive.sent import Accepted, Answer, Channel, Fate, Logged, Rejected, Sent, Unsent

IDS = st.uuids()
ANSWERS: st.SearchStrategy[Answer | None] = st.one_of(
    st.none(),
    IDS.map(Accepted),
    st.lists(st.sampled_from(["candidate.email: is missing", "(whole): is not JSON"]), min_size=1).map(
        lambda reasons: Rejected(tuple(reasons))
    ),
    st.builds(Logged, st.tuples(st.integers(0, 99), st.integers(0, 2**60)), st.none() | IDS),
    st.builds(Unsent, st.just("HTTP 503")),
)


@given(st.lists(st.tuples(st.sampled_from(Channel), ANSWERS), max_size=30))
def test_what_goes_in_comes_out(lines: list[tuple[Channel, Answer | None]]) -> None:
    sent = Sent()
    indices = [sent.add(channel) for channel, _ in lines]
    for index, (_, answer) in reversed(list(zip(indices, lines, strict=True))):
        if answer is not None:
            sent.answer(index, answer)
    assert [(line.number, line.channel, line.answer) for line in sent] == [
        (number, channel, answer) for number, (channel, answer) in enumerate(lines, 1)
    ]
    assert sum(sent.counts.values()) == len(lines)
    assert sent.counts[Fate.WAITING] == sum(answer is None for _, answer in lines)


def test_a_later_answer_takes_the_place_of_an_earlier_one() -> None:
    sent, application = Sent(), uuid4()
    index = sent.add(Channel.SINGLE)
    sent.answer(index, Unsent("HTTP 503"))
    sent.answer(index, Accepted(application))
    assert sent.line(index).answer == Accepted(UUID(str(application)))
    assert sent.counts[Fate.UNSENT] == 0
