"""Screening: reads applications without identity, applies the programme's policy, records and publishes decisions."""
