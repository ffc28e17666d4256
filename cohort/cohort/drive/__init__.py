"""A hiring drive: made up or read from a file, and sent."""
