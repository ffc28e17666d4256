"""Sends applications to Cohort's intake."""
