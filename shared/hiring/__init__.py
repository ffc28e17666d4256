"""What Cohort's services agree on: the events, and the few pieces each of them runs on. No business rule lives here."""
