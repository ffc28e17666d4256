"""The policies in force, read from a folder: one a programme, ready to decide."""

from dataclasses import dataclass, field
from pathlib import Path

import orjson
import yaml
from pydantic import ValidationError

from hiring.events.decision import PolicyNamed
from screening.core import unknown_programme
from screening.core.decide import Decide, compile_policy
from screening.core.policy import Policy


class PolicyError(Exception):
    """A policy file cannot be used; the message names the file, the place and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Active:
    """A policy in force: its name, version and digest, these as JSON, and the function it compiles to."""

    named: PolicyNamed
    decide: Decide
    json: orjson.Fragment = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "json", orjson.Fragment(self.named.model_dump_json().encode()))


_NONE = Active(
    PolicyNamed(name=unknown_programme.NAME, version=unknown_programme.VERSION, digest="0" * 64),
    unknown_programme.decide,
)


class Programmes:
    """Finds the policy of a programme; a programme without one has every application reviewed."""

    def __init__(self, policies: dict[str, Active]) -> None:
        self._policies = policies

    def policy(self, programme: str) -> Active:
        """The policy in force for a programme."""
        return self._policies.get(programme, _NONE)


def read_policy(path: Path) -> Policy:
    """The policy in a file. Raises PolicyError."""
    try:
        return Policy.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise PolicyError(f"{path}: is not YAML: {error}") from None
    except ValidationError as error:
        wrong = "\n".join(
            f"  {'.'.join(str(part) for part in item['loc']) or '(whole)'}: {item['msg']}" for item in error.errors()
        )
        raise PolicyError(f"{path}: is not a policy:\n{wrong}") from None


def load_programmes(folder: Path) -> Programmes:
    """Every policy in a folder. Raises PolicyError: unreadable, none at all, or two for one programme."""
    policies: dict[str, Active] = {}
    for path in sorted(folder.glob("*.yaml")):
        policy = read_policy(path)
        if policy.programme in policies:
            raise PolicyError(f"{path}: there is another policy for the programme {policy.programme}")
        named = PolicyNamed(name=policy.name, version=policy.version, digest=policy.digest())
        policies[policy.programme] = Active(named, compile_policy(policy))
    if not policies:
        raise PolicyError(f"{folder}: holds no *.yaml: name the folder of policies in HIRING_POLICIES")
    return Programmes(policies)
