"""Gives every user of the broker a password and exactly the declared rights."""

from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, DescribeAclsRequest

from hiring import kafka
from hiring.rights import Operation, Pattern, Resource, Right, rights, users
from hiring.scram import SetPasswords
from hiring.settings import Settings

# Kafka's numbers: a filter that takes any, and a permission.
_ANY, _ALLOW = 1, 3


def read_passwords(folder: Path) -> dict[str, str]:
    """Each user's password, from the file of its name. Raises ValueError where one is missing, OSError."""
    found = {user: folder / user for user in users()}
    missing = [str(path) for path in found.values() if not path.is_file()]
    if missing:
        raise ValueError(f"these passwords are missing: {', '.join(missing)}")
    return {user: path.read_text().strip() for user, path in found.items()}


async def admit(settings: Settings, passwords: Mapping[str, str], declared: Set[Right] | None = None) -> list[str]:
    """Set the passwords (SCRAM-SHA-512), create the rights that are missing; a line for each right made or surplus.

    A user with rights beyond the declared ones keeps them, and it is told. Raises KafkaError where the broker refuses.
    """
    wanted = rights() if declared is None else declared
    admin = AIOKafkaAdminClient(**kafka.connection(settings))
    await admin.start()
    try:
        answer: Any = await admin._send_request(SetPasswords(dict(passwords)))
        for user, code, message, _ in answer.results:
            _check(code, f"{user}: {message}")
        there = await _existing(admin)
        for right in sorted(wanted - there):
            await _create(admin, right)
        ours = {right for right in there if right.user in passwords}
        return [
            f"set the passwords of {', '.join(sorted(passwords))}",
            *(f"now {right}" for right in sorted(wanted - there)),
            *(
                f"{right}, which is not declared: kafka-acls.sh --remove takes it away"
                for right in sorted(ours - wanted)
            ),
        ]
    finally:
        await admin.close()


async def standing_rights(settings: Settings) -> set[Right]:
    """The rights that are there, as far as they are of the kinds that are declared.

    Raises SecurityDisabled where the broker has none, ClusterAuthorizationFailedError where the login may not see them.
    """
    admin = AIOKafkaAdminClient(**kafka.connection(settings))
    await admin.start()
    try:
        return await _existing(admin)
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, right: Right) -> None:
    request = CreateAclsRequest(
        right.resource, right.name, right.pattern, f"User:{right.user}", "*", right.operation, _ALLOW
    )
    answer: Any = await admin._send_request(request)
    for code, message in answer.creation_responses:
        _check(code, f"{right}: {message}")


async def _existing(admin: AIOKafkaAdminClient) -> set[Right]:
    """The rights that are there, as far as they are of the kinds that are declared."""
    filter_any: Any = None
    request = DescribeAclsRequest(_ANY, filter_any, _ANY, filter_any, filter_any, _ANY, _ANY)
    answer: Any = await admin._send_request(request)
    _check(answer.error_code, answer.error_message)
    return {
        Right(principal.removeprefix("User:"), Operation(operation), Resource(resource), name, Pattern(pattern))
        for resource, name, pattern, acls in answer.resources
        for principal, _host, operation, permission in acls
        if pattern in _PATTERNS and permission == _ALLOW and resource in _RESOURCES and operation in _OPERATIONS
    }


_RESOURCES, _OPERATIONS, _PATTERNS = frozenset(Resource), frozenset(Operation), frozenset(Pattern)


def _check(code: int, message: str) -> None:
    if code != 0:
        raise for_code(code)(message)
