"""The policies in a folder: one a programme."""

from pathlib import Path

from screening.core.policy import Policy
from screening.policy_file import PolicyError, parse_policy, read_policy

__all__ = ["PolicyError", "parse_policy", "read_folder", "read_policy"]


def read_folder(folder: Path) -> list[Policy]:
    """Every policy in a folder. Raises PolicyError: unreadable, none at all, or two for one programme."""
    policies: dict[str, Policy] = {}
    for path in sorted(folder.glob("*.yaml")):
        policy = read_policy(path)
        if policy.programme in policies:
            raise PolicyError(f"{path}: there is another policy for the programme {policy.programme}")
        policies[policy.programme] = policy
    if not policies:
        raise PolicyError(f"{folder}: holds no *.yaml: name the folder of policies in HIRING_POLICIES")
    return list(policies.values())
