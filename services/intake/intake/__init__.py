"""Intake: takes applications over HTTP and Kafka, parts identity from facts, and publishes both."""
