"""What a command that cannot be obeyed is answered with."""

_MOST = 4000
"""So many characters of a refusal are told: as many as a CommandAnswered takes."""


class Refused(Exception):
    """The command cannot be obeyed; the text says why and what to do, and repeats nothing that came with it.

    But for what a policy says: who sent one is told where it is wrong in its own names.
    """

    def __str__(self) -> str:
        # Postgres keeps no NUL in a text.
        text = super().__str__().replace("\0", " ")
        return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
