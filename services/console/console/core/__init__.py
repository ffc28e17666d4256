"""The pure core: what the read model makes of events, and what the pages say."""
