"""The real parts (Kafka, Postgres, a mail sink) as ordinary processes on one machine: no Docker, no system Java."""
