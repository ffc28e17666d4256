"""The alternatives, each a program of its own that does the work of `bench.work` until it is told to end."""
