"""What a command that cannot be obeyed is answered with."""

_MOST = 500
"""So many characters of a refusal are told."""


class Refused(Exception):
    """The command cannot be obeyed; the text says why and what to do, and repeats nothing that came with it."""

    def __str__(self) -> str:
        # Postgres keeps no NUL in a text.
        text = super().__str__().replace("\0", " ")
        return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
