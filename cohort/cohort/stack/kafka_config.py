"""The broker's configuration on one machine: one node that is broker and controller, modest memory, real durability."""

from __future__ import annotations

from pathlib import Path

NODE_ID = 1
_EIGHT_MIB = 8 * 1024 * 1024

LOG4J2 = """\
Configuration:
  status: error
  Appenders:
    Console:
      name: STDOUT
      PatternLayout:
        pattern: "%d{yyyy-MM-dd HH:mm:ss,SSS} %p %c{1}: %m%n"
  Loggers:
    Root:
      level: WARN
      AppenderRef:
        ref: STDOUT
    Logger:
      - name: kafka.server.KafkaRaftServer
        level: INFO
      - name: org.apache.kafka.common.utils.AppInfoParser
        level: INFO
"""


def server_properties(log_dir: Path, port: int, controller_port: int) -> str:
    """The text of server.properties for a node that keeps its log in `log_dir` and listens on 127.0.0.1 only."""
    settings = {
        "process.roles": "broker,controller",
        "node.id": NODE_ID,
        # Static voters, not --standalone: the voter's address then lives here and may change between two starts.
        "controller.quorum.voters": f"{NODE_ID}@127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": log_dir,
        "auto.create.topics.enable": "false",
        "default.replication.factor": 1,
        "min.insync.replicas": 1,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 4,
        "group.initial.rebalance.delay.ms": 0,
        "message.max.bytes": _EIGHT_MIB,
        "replica.fetch.max.bytes": _EIGHT_MIB,
        "num.network.threads": 2,
        "num.io.threads": 4,
        "log.cleaner.dedupe.buffer.size": 32 * 1024 * 1024,
        # After kill -9 the controller takes the next start for a duplicate until the old session has run out.
        "broker.heartbeat.interval.ms": 1_000,
        "broker.session.timeout.ms": 4_000,
    }
    return "".join(f"{name}={_escaped(value)}\n" for name, value in settings.items())


def _escaped(value: object) -> str:
    # Java reads .properties as Latin-1, with backslash escapes for it and for everything beyond ASCII.
    text = str(value).replace("\\", "\\\\")
    units = text.encode("utf-16-be")
    codes = (units[i] << 8 | units[i + 1] for i in range(0, len(units), 2))
    return "".join(chr(code) if code < 127 else f"\\u{code:04x}" for code in codes)
