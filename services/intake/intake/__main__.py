"""`python -m intake` is the command `intake`."""

from intake.main import main

main()
