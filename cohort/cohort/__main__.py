from cohort.cli import app

app()
