#!/usr/bin/env python3
"""Draws every password that docker-compose.yml asks for into ./secrets; what is there already stays as it is.

It needs nothing but Python, or not even that: `docker compose run --rm secrets` runs it in a container. Only your
account enters the folder; the files in it are readable, because each container runs under an account of its own and
sees just the files that are mounted into it.
"""

import os
import secrets
import sys
from pathlib import Path

BROKER_USERS = ("intake", "screening", "notify", "console", "operators", "hr-systems")
"""As hiring.rights.users() has them."""
DATABASES = ("screening", "notify", "console")

_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


def draw(folder: Path) -> list[str]:
    """Make what is missing; the names of what was made. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for part in ("kafka", "kafka/users", "postgres", "sources"):
        (folder / part).mkdir(exist_ok=True)
        # Whatever the umask: containers' accounts read what is in it.
        (folder / part).chmod(0o755)
    names = ["candidate-secret", "link-keys", "kafka/admin", "postgres/superuser", "grafana-admin"]
    names += ["console-password", "console-session-keys"]
    names += [f"kafka/users/{user}" for user in BROKER_USERS]
    names += [f"postgres/{role}" for database in DATABASES for role in (database, f"{database}-owner")]
    made = [name for name in names if _write_new(folder / name, secrets.token_urlsafe(32))]
    admin = (folder / "kafka/admin").read_text().strip()
    # Made from the administrator's password, so always written anew.
    _write(folder / "kafka/jaas.conf", _jaas(admin))
    _write(folder / "kafka/admin.properties", _admin_properties(admin))
    if _write_new(folder / "sources/sources.json", '{"sources": []}\n'):
        made.append("sources/sources.json: nobody may send yet")
    # Not drawn: where people log in at an identity provider, it is that one's. Compose mounts no file that is missing.
    _write_new(folder / "oidc-client-secret", "")
    if os.geteuid() == 0:
        _hand_over(folder)
    return made


def _hand_over(folder: Path) -> None:
    """Give what root made to whoever has the checkout: in a container it would else be for root alone."""
    checkout = Path(__file__).stat()
    for path in (folder, *folder.rglob("*")):
        # Of a link only the link: what it leads to may be the system's own, or not be there.
        if path.lstat().st_uid == 0:
            os.chown(path, checkout.st_uid, checkout.st_gid, follow_symlinks=False)


def _write_new(path: Path, text: str) -> bool:
    if path.exists():
        return False
    _write(path, text)
    return True


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o644)


def _jaas(password: str) -> str:
    """How each listener of a broker knows who comes: brokers by a password of their own, everybody else by SCRAM."""
    plain = f'{_PLAIN} required username="admin" password="{password}" user_admin="{password}";'
    logins = {"brokers": plain, "controller": plain, "clients": f"{_SCRAM} required;", "outside": f"{_SCRAM} required;"}
    return "".join(f"{listener}.KafkaServer {{\n  {login}\n}};\n" for listener, login in logins.items())


def _admin_properties(password: str) -> str:
    """What Kafka's own tools take by --command-config, inside a broker's container."""
    return (
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n"
        # A health check must not wait long for a broker that is just starting.
        "request.timeout.ms=4000\ndefault.api.timeout.ms=5000\n"
        f'sasl.jaas.config={_PLAIN} required username="admin" password="{password}";\n'
    )


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "secrets"
    print(f"{where}: " + (", ".join(draw(where)) or "everything is there already"))  # noqa: T201
