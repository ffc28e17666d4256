"""What Cohort's steps cost, beside the alternatives, on the same broker and database. `python -m bench --help`."""
