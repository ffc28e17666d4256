"""The ledger in Postgres, a class for each who writes it. Every method raises what asyncpg raises."""
