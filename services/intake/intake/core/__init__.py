"""The pure core: from a submission to the records that intake publishes."""
