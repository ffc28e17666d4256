"""How the pods run: as docker-compose.yml has them, and no more than they need."""

import pytest

from console.settings import ConsoleSettings
from hiring.settings import PREFIX, PostgresSettings, Settings
from intake.settings import IntakeSettings
from notify.settings import NotifySettings
from screening.settings import ScreeningSettings

from .manifests import SERVICES, Manifest, compose, from_files, of_kind, pods

OF_SERVICE: dict[str, type[Settings]] = {
    "intake": IntakeSettings,
    "screening": ScreeningSettings,
    "notify": NotifySettings,
    "console": ConsoleSettings,
    "provision": Settings,
    "migrate-screening": PostgresSettings,
    "migrate-notify": PostgresSettings,
    "migrate-console": PostgresSettings,
    "rebuild-console": PostgresSettings,
}


def settings_of(manifests: tuple[Manifest, ...], name: str) -> dict[str, str | None]:
    """The HIRING_… variables of a pod; None where the value is a Secret's."""
    container = pods(manifests)[name]["spec"]["containers"][0]
    found: dict[str, str | None] = {}
    for each in container.get("envFrom", []):
        found |= of_kind(manifests, "ConfigMap")[each["configMapRef"]["name"]]["data"]
    return found | {each["name"]: each.get("value") for each in container.get("env", [])}


def test_every_variable_is_a_setting_of_that_service(built: tuple[Manifest, ...]) -> None:
    for name, kind in OF_SERVICE.items():
        if name in pods(built):
            known = {PREFIX + field.upper() for field in kind.model_fields}
            known |= {f"{each}_FILE" for each in known}
            assert set(settings_of(built, name)) <= known, name


def test_a_service_starts_with_its_settings(
    built: tuple[Manifest, ...], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As its process would read them, with each file in the place of what is mounted."""
    contents = {
        "sources.json": '{"sources": []}',
        "accounts.json": '{"accounts": []}',
        "dsn": "postgresql://screening@db/screening",
        "oidc-client-secret": "",
    }
    for name, kind in OF_SERVICE.items():
        if name not in pods(built):
            continue
        run = tmp_path_factory.mktemp("run")
        with monkeypatch.context() as patch:
            for variable, value in settings_of(built, name).items():
                patch.setenv(variable, value or "admin")
                if variable.endswith("_FILE"):
                    path = run / str(value).strip("/").replace("/", "-")
                    path.write_text(contents.get(str(value).rsplit("/", 1)[1], "x" * 40))
                    patch.setenv(variable, str(path))
            assert kind().kafka_security_protocol == ("PLAINTEXT" if name.startswith("migrate") else "SASL_SSL")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_as_in_compose(service: str) -> None:
    pod = pods(from_files("cluster"))[service]["spec"]
    (container,) = pod["containers"]
    there = compose()["services"][service]
    assert container["image"] == there["image"].replace("${COHORT_VERSION:-", "").replace("}", "")
    limits = there["deploy"]["resources"]["limits"]
    assert container["resources"]["limits"] == {"cpu": limits["cpus"], "memory": limits["memory"].replace("m", "Mi")}


def test_parts_from_elsewhere_have_composes_versions() -> None:
    small, services = from_files("small"), compose()["services"]
    for name, of in {"mailpit": "mailpit", "postgres": "postgres", "databases": "databases"}.items():
        assert pods(small)[name]["spec"]["containers"][0]["image"] == services[of]["image"]
    assert services["kafka"]["image"] == f"apache/kafka:{of_kind(small, 'Kafka')['cohort']['spec']['kafka']['version']}"


def test_every_pod_keeps_to_the_restricted_standard(built: tuple[Manifest, ...]) -> None:
    for name, pod in pods(built).items():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert {"cpu", "memory"} <= set(container["resources"]["requests"])
            assert "memory" in container["resources"]["limits"]
        assert pod["metadata"]["labels"]["app.kubernetes.io/part-of"] == "cohort", "else the policies do not hold it"


@pytest.mark.parametrize("service", SERVICES)
def test_health_is_asked_where_a_service_tells_it(service: str) -> None:
    pod = pods(from_files("cluster"))[service]["spec"]
    (container,) = pod["containers"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "http"}
    assert container["ports"] == [{"name": "http", "containerPort": 8080}]
    assert pod["securityContext"]["runAsUser"] == 10001


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_time_to_finish(service: str) -> None:
    pod = pods(from_files("cluster"))[service]["spec"]
    before = pod["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    stopping = int(compose()["services"][service]["stop_grace_period"].removesuffix("s"))
    assert pod["terminationGracePeriodSeconds"] >= stopping + before
    assert stopping > Settings.model_fields["drain_seconds"].default


def test_no_service_holds_an_owners_login() -> None:
    for service in SERVICES:
        for volume in pods(from_files("cluster"))[service]["spec"]["volumes"]:
            assert not volume.get("secret", {}).get("secretName", "").endswith("-owner")
