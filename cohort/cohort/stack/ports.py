"""Free TCP ports on 127.0.0.1, the same ones as last time where possible."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterable, Mapping

# Below the ports the system hands to outgoing connections (Linux from 32768, macOS from 49152): none of those can
# take a port between the moment it is chosen and the moment its server binds it.
_LOWEST, _HIGHEST = 20_000, 32_000
_ATTEMPTS = 200


def choose_ports(names: Iterable[str], remembered: Mapping[str, int]) -> dict[str, int]:
    """A free port for each name, all different: the remembered one where it is still free, else another.

    OSError when the machine has no free port.
    """
    chosen: dict[str, int] = {}
    for name in names:
        port = remembered.get(name)
        if port is None or port in chosen.values() or not is_free(port):
            port = _another(set(chosen.values()) | set(remembered.values()))
        chosen[name] = port
    return chosen


def is_free(port: int) -> bool:
    """Whether a server could bind 127.0.0.1:`port` now."""
    if not 0 < port < 65_536:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a connection of the previous server in TIME_WAIT does not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _another(taken: set[int]) -> int:
    for _ in range(_ATTEMPTS):
        port = random.randint(_LOWEST, _HIGHEST)
        if port not in taken and is_free(port):
            return port
    raise OSError(f"no free port on 127.0.0.1 between {_LOWEST} and {_HIGHEST}")
