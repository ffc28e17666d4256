"""What a policy says, how two differ, and what a policy would do to the applications there are. Pure."""
