"""The read model in Postgres: writing batches, reading pages, beginning anew."""
