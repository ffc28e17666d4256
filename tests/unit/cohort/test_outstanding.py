"""What a drive still waits for shrinks by letters and dead letters, and by nothing else."""

from uuid import UUID

from cohort.demo_arrival import Outstanding
from cohort.drive.sent import Accepted, Answer, Channel, LineSent, Logged, Rejected, Unsent

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def outstanding(*answers: Answer) -> Outstanding:
    return Outstanding(LineSent(number, Channel.BULK, answer) for number, answer in enumerate(answers, 1))


def test_letters_end_the_waiting() -> None:
    waiting = outstanding(Accepted(A), Logged((0, 0), B), Accepted(A), Rejected(("x",)), Unsent("y"))
    assert len(waiting) == waiting.expected == 2
    assert waiting.first(10) == [A, B]
    waiting.arrived([B, C])
    assert waiting.first(10) == [A]
    waiting.arrived([A, A])
    assert not waiting


def test_a_dead_letter_ends_the_waiting_for_its_line_only() -> None:
    waiting = outstanding(Logged((0, 1), A), Logged((1, 1), A), Logged((0, 2), None), Logged((2, 0), B))
    assert len(waiting) == 3
    waiting.died([(0, 1), (0, 1), (7, 7)])
    assert waiting.first(10) == [A, B]
    waiting.died([(1, 1)])
    assert waiting.first(10) == [B]
    waiting.died([(0, 2)])
    assert len(waiting) == waiting.expected == 1


def test_a_letter_before_its_dead_letter_counts_once() -> None:
    waiting = outstanding(Logged((0, 1), A))
    waiting.arrived([A])
    waiting.died([(0, 1)])
    assert not waiting
