"""A deployment's description: what it tells, and what is said where it has a slip."""

from pathlib import Path

import pytest

from cohort import deployment
from cohort.addresses import NotTold
from cohort.stack.errors import StackError
from cohort.verb import data_option, running_pipeline

COMPOSE = Path(__file__).parents[3] / "deploy/compose.toml"
OURS = "HIRING_KAFKA_BOOTSTRAP_SERVERS", "HIRING_KAFKA_USERNAME", "HIRING_INTAKE_URL"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OURS:
        monkeypatch.delenv(name, raising=False)


def described(folder: Path, text: str) -> Path:
    path = folder / "here.toml"
    path.write_text(text)
    return path


def test_the_compose_project_of_this_checkout_is_described(tmp_path: Path) -> None:
    users = tmp_path / "kafka/users"
    users.mkdir(parents=True)
    (users / "operators").write_text("drawn\n")
    at = deployment.read(COMPOSE, {"COHORT_SECRETS": str(tmp_path), "COHORT_KAFKA_PORT": "19094"})
    assert (at.kafka, at.intake_url, at.console_url) == (
        "127.0.0.1:19094",
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8090",
    )
    assert at.broker.kafka_password is not None
    assert (at.broker.kafka_username, at.broker.kafka_password.get_secret_value()) == ("operators", "drawn")
    assert set(at.urls()) == {"intake", "console"}
    assert not at.local


def test_what_is_not_told_is_said_with_the_name_that_would_tell_it(tmp_path: Path) -> None:
    at = deployment.read(described(tmp_path, 'kafka_bootstrap_servers = "kafka:9092"'))
    with pytest.raises(NotTold, match=r"no database of screening: screening_dsn in .*here\.toml would"):
        at.database("screening")


def test_secrets_come_from_files_beside_the_description(tmp_path: Path) -> None:
    (tmp_path / "dsn").write_text("postgresql://screening:s3cret@db/screening\n")
    file = described(tmp_path, 'kafka_bootstrap_servers = "kafka:9092"\nscreening_dsn_file = "dsn"')
    at = deployment.read(file)
    assert at.database("screening") == "postgresql://screening:s3cret@db/screening"
    assert "s3cret" not in repr(at.login)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('kafka_servers = "kafka:9092"', "kafka_servers is no name that a deployment has"),
        ("", "kafka_bootstrap_servers: Field required"),
        ("kafka_bootstrap_servers =", "is not TOML"),
        (
            'kafka_bootstrap_servers = "k:1"\nkafka_security_protocol = "SASL_SSL"',
            "kafka_username and kafka_password(_file) are both needed for SASL_SSL",
        ),
        ('kafka_bootstrap_servers = "k:1"\nkafka_password_file = "nix"', "nix: No such file"),
    ],
)
def test_a_slip_is_told(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(StackError) as told:
        deployment.read(described(tmp_path, text))
    assert words in str(told.value)


def test_no_variable_changes_what_a_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIRING_KAFKA_BOOTSTRAP_SERVERS", "elsewhere:9092")
    monkeypatch.setenv("HIRING_INTAKE_URL", "http://intake:8080/")
    file = described(tmp_path, 'kafka_bootstrap_servers = "kafka:9092"')
    at = running_pipeline(file)
    assert (at.kafka, at.intake_url) == ("kafka:9092", "")
    assert data_option(file) == f" --deployment {file}"
    at = running_pipeline(deployment.ENVIRONMENT)
    assert (at.kafka, at.intake_url) == ("elsewhere:9092", "http://intake:8080")
