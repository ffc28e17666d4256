"""What a command that cannot be obeyed is answered with."""


class Refused(Exception):
    """The command cannot be obeyed; the text says why and what to do, and repeats nothing that came with it."""
