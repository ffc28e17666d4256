"""Many applications, cut into uploads; and an upload on its way, whatever comes between. Pure: no network here."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from cohort_client.answers import AnswerLines, Summary
from cohort_client.errors import FieldProblem, TooLarge, Unexpected
from cohort_client.protocol import NotNow, Submittable, encoded

UPLOAD_LINES = 2_000
UPLOAD_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one application: accepted, with its id, or rejected, with what is wrong.

    `index` counts the applications as they were given, from 0; of a table it is the line that the row begins on.
    """

    index: int
    application_id: UUID | None
    errors: tuple[FieldProblem, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether Kafka has it, on every replica."""
        return self.application_id is not None


class Progress(NamedTuple):
    """How far it is. `failed` counts sendings without an answer for good: each of those lines is sent again."""

    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    failed: int = 0

    def plus(self, other: "Progress") -> "Progress":
        """Both together."""
        return Progress(*(mine + others for mine, others in zip(self, other, strict=True)))


OnProgress = Callable[[Progress], object]


class Counting:
    """Adds up what changes and tells each new sum."""

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self._so_far = Progress()

    def __call__(self, news: Progress) -> None:
        self._so_far = self._so_far.plus(news)
        self._on_progress(self._so_far)


@dataclass(frozen=True, slots=True)
class Part:
    """Applications that go in one upload, encoded; `first` is the index of the first."""

    first: int
    lines: list[bytes]


class Cutter:
    """Cuts applications into parts of at most so many lines, and bytes where a line is not longer alone."""

    def __init__(self, lines: int = UPLOAD_LINES, size: int = UPLOAD_BYTES) -> None:
        self._lines = max(1, lines)
        self._size = size
        self._next = 0
        self._held: list[bytes] = []
        self._bytes = 0

    def add(self, application: Submittable) -> Iterator[Part]:
        """The part that is full before this one, if there is one. Raises TypeError for what JSON cannot say."""
        try:
            line = encoded(application)
        except TypeError as error:
            raise TypeError(f"application {self._next} cannot be written as JSON: {error}") from None
        if self._held and (len(self._held) >= self._lines or self._bytes + len(line) > self._size):
            yield from self.end()
        self._held.append(line)
        self._bytes += len(line) + 1
        self._next += 1

    def end(self) -> Iterator[Part]:
        """What is left, if there is anything."""
        if self._held:
            yield Part(self._next - len(self._held), self._held)
            self._held, self._bytes = [], 0


class Upload:
    """A part on its way. While it is `open`: send `body()` within `sending()`, and feed it the answer as it comes.

    `note` is told of whatever changes.
    """

    def __init__(self, part: Part, note: Callable[[Progress], object]) -> None:
        self._part = part
        self._note = note
        self._results: list[Result | None] = [None] * len(part.lines)
        self._open = list(range(len(part.lines)))
        self._most = len(part.lines)
        self._sent: list[int] = []
        self._answered = 0
        self._reading = AnswerLines()
        note(Progress(sent=len(part.lines)))

    @property
    def open(self) -> bool:
        """Whether some line has no answer for good."""
        return bool(self._open)

    def body(self) -> bytes:
        """What to send: the lines that are open, in their order."""
        self._sent = self._open[: self._most]
        self._answered = 0
        self._reading = AnswerLines()
        return b"\n".join([self._part.lines[place] for place in self._sent])

    @contextmanager
    def sending(self) -> Iterator[None]:
        """One sending, however it ends. Raises NotNow where some of what was sent is still open after it."""
        too_large: TooLarge | None = None
        try:
            yield
        except TooLarge as error:
            too_large = error
        finally:
            left = sum(self._results[place] is None for place in self._sent)
            self._open = [place for place in self._open if self._results[place] is None]
            if left:
                self._note(Progress(failed=left))
        if too_large:
            self._send_less(too_large)
        elif left:
            raise NotNow("an upload broke off, or some of its lines could not be recorded")

    def feed(self, chunk: bytes) -> None:
        """Take a piece of the answer. Raises NotNow for what cannot be read, Unexpected for answers out of step."""
        news = Progress()
        for told in self._reading.feed(chunk):
            if isinstance(told, Summary):
                continue
            self._answered += 1
            if told.line != self._answered or told.line > len(self._sent):
                # Which line was accepted cannot be told, and trying again would hide it.
                raise Unexpected(f"answer {self._answered} of an upload is about line {told.line}; tell the operators")
            if told.status != "failed":
                news = news.plus(self._keep(self._sent[told.line - 1], told.application_id, told.errors))
        if any(news):
            self._note(news)

    def results(self) -> list[Result]:
        """What became of each line, in order, once none is open."""
        return [result for result in self._results if result is not None]

    def _keep(self, place: int, application_id: UUID | None, errors: Sequence[FieldProblem]) -> Progress:
        result = Result(self._part.first + place, application_id, tuple(errors))
        self._results[place] = result
        return Progress(accepted=int(result.accepted), rejected=int(not result.accepted))

    def _send_less(self, error: TooLarge) -> None:
        """Half as much at once from now on; one line that is too large alone is rejected."""
        if len(self._sent) > 1:
            self._most = len(self._sent) // 2
            return
        [place] = self._sent
        self._open.remove(place)
        self._note(self._keep(place, None, [FieldProblem("(whole)", str(error))]))
        self._most = len(self._part.lines)
