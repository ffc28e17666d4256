"""What the stack raises."""


class StackError(Exception):
    """A part could not be started, reached or stopped; the message is written for the person at the terminal."""


class InUse(StackError):
    """Another cohort holds the data folder."""
