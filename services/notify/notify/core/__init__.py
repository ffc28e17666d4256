"""The pure core: from a decision and a contact to the bytes of a letter."""
