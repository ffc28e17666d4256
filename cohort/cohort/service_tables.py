"""Asking a service's own tables for what a person at the terminal wants to see."""

from typing import Any

import asyncpg


async def fetch(dsn: str, query: str, *arguments: Any) -> list[asyncpg.Record]:
    """The rows that answer one query. Raises asyncpg.PostgresError or OSError."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return await connection.fetch(query, *arguments)
    finally:
        await connection.close()
