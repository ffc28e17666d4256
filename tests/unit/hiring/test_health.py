"""What a service says of itself at /readyz."""

from prometheus_client import CollectorRegistry, generate_latest

from hiring.health import Health, routes


def test_a_service_that_has_heard_of_nobody_is_not_ready() -> None:
    health = Health.awaiting("broker", "database")
    assert (health.alive, health.ready) == (True, False)
    health.set("broker", True)
    assert not health.ready
    health.set("database", True)
    assert health.ready
    assert health.report() == {"broker": "ok", "database": "ok"}


def test_why_it_is_not_ready_is_told() -> None:
    health = Health.awaiting("broker")
    health.set("broker", False, "KafkaConnectionError")
    assert health.report() == {"broker": "KafkaConnectionError"}


def test_only_a_restart_mends_a_failure() -> None:
    health = Health()
    health.fail("stands still")
    assert (health.alive, health.ready) == (False, False)


def test_an_alert_can_tell_what_is_away() -> None:
    health, registry = Health.awaiting("broker"), CollectorRegistry()
    routes(health, registry)
    health.set("database", True)
    told = generate_latest(registry).decode()
    assert 'hiring_condition_holds{of="broker"} 0.0' in told
    assert 'hiring_condition_holds{of="database"} 1.0' in told
