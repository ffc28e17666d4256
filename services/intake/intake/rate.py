"""What an upload owes for the submissions it brings: it is slowed, and loses nothing."""

from hiring.rate import Rates


class Pace:
    """What one upload owes for the lines it brought; paid by not reading on."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._counts: dict[str, int] = {}
        # A second's worth at a time, so that answers come every second however slow the pace is.
        self.group_lines = max(1, int(rates.per_second))

    def count(self, source: str) -> None:
        """One more of this source."""
        self._counts[source] = self._counts.get(source, 0) + 1

    def pause(self) -> float:
        """The seconds to wait before more is read."""
        counts, self._counts = self._counts, {}
        return max((self._rates.owe(source, many) for source, many in counts.items()), default=0.0)
