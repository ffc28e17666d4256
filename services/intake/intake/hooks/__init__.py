"""Webhooks: HR systems call us, each in its own way; docs/webhooks.md is for whoever sets one up."""
