#!/usr/bin/env python3
"""Prints the Secrets that the manifests name, made of the folder that `make secrets` draws. It asks for Python only.

    python3 deploy/kubernetes/secret_objects.py --postgres db.example.com:5432 | kubectl apply --server-side -f -

What it prints holds passwords: give it to kubectl, not to a file. The rest of the options say what is not Strimzi's.
"""

import argparse
import base64
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

NAMESPACE = "cohort"
DATABASES = ("screening", "notify", "console")
FILES: Mapping[str, Mapping[str, str]] = {
    "intake": {"candidate-secret": "candidate-secret"},
    "intake-sources": {"sources.json": "sources/sources.json"},
    "notify": {"link-keys": "link-keys"},
    "console": {"session-keys": "console-session-keys", "oidc-client-secret": "oidc-client-secret"},
}
"""Each Secret's keys, and the file below the folder that each is."""


def secrets(folder: Path, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Every Secret, as Kubernetes has them. Raises OSError where a file is missing."""

    def read(name: str) -> str:
        return (folder / name).read_text().strip()

    for name, keys in FILES.items():
        yield secret(name, {key: read(file) for key, file in keys.items()})
    accounts = folder / "console-accounts.json"
    yield secret(
        "console-accounts", {"accounts.json": accounts.read_text() if accounts.exists() else '{"accounts": []}'}
    )
    for database in DATABASES:
        for role in (database, f"{database}-owner"):
            dsn = _dsn(options, role.replace("-", "_"), database)
            yield secret(role_secret(role), {"dsn": dsn, "password": read(f"postgres/{role}")})
    if options.postgres_ca:
        yield secret("postgres-ca", {"ca.crt": options.postgres_ca.read_text()})
    if options.own_postgres:
        yield secret("postgres-superuser", {"password": read("postgres/superuser")})
    if options.smtp_username:
        yield secret("smtp", {"username": options.smtp_username, "password": read("smtp-password")})
    if options.kafka_ca:
        yield secret("cohort-cluster-ca-cert", {"ca.crt": options.kafka_ca.read_text()})
        yield secret("kafka-admin", {"username": options.kafka_admin, "password": read("kafka/admin")})
        for user in sorted((folder / "kafka/users").iterdir()):
            yield secret(f"kafka-{user.name}", {"password": read(f"kafka/users/{user.name}")})


def secret(name: str, data: Mapping[str, str]) -> dict[str, Any]:
    """One Secret."""
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    metadata = {"name": name, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/part-of": "cohort"}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": encoded}


def role_secret(role: str) -> str:
    """The Secret of a database role: `screening-owner` logs in by `screening-database-owner`."""
    database, _, owner = role.partition("-")
    return f"{database}-database" + (f"-{owner}" if owner else "")


def _dsn(options: argparse.Namespace, role: str, database: str) -> str:
    mode = options.sslmode or ("verify-full" if options.postgres_ca else "require")
    authority = "&sslrootcert=/run/postgres-ca/ca.crt" if mode.startswith("verify") else ""
    return f"postgresql://{role}@{options.postgres}/{database}?sslmode={mode}{authority}"


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The options. Exits with what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).parents[2] / "secrets"
    parser.add_argument("folder", nargs="?", type=Path, default=default, help="what `make secrets` draws: ./secrets")
    parser.add_argument("--postgres", required=True, metavar="HOST:PORT", help="where the databases are")
    parser.add_argument("--sslmode", help="of the connections to it; `disable` for the overlay small")
    parser.add_argument(
        "--postgres-ca", type=Path, metavar="FILE", help="who signed its certificate (sslmode verify-full)"
    )
    parser.add_argument("--own-postgres", action="store_true", help="the overlay small's: its superuser's password too")
    parser.add_argument("--smtp-username", metavar="NAME", help="at the relay; the password in the file smtp-password")
    parser.add_argument("--kafka-ca", type=Path, metavar="FILE", help="own-kafka: who signed the brokers' certificates")
    parser.add_argument("--kafka-admin", default="admin", metavar="NAME", help="own-kafka: who makes topics and users")
    return parser.parse_args(given)


def main() -> None:
    options = arguments(sys.argv[1:])
    if sys.stdout.isatty():
        sys.exit("This prints passwords: pipe it into `kubectl apply --server-side -f -`")
    try:
        items = list(secrets(options.folder, options))
    except OSError as error:
        sys.exit(f"{error.filename} cannot be read: {error.strerror}. `make secrets` draws what is missing")
    json.dump({"apiVersion": "v1", "kind": "List", "items": items}, sys.stdout)


if __name__ == "__main__":
    main()
