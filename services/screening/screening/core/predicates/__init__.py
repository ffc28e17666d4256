"""Each kind of condition, compiled once a policy: what it looks at, and what it makes of that."""
