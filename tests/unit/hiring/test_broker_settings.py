"""A login or a certificate that is only half given is told at the start, by the variable to mend."""

from pathlib import Path

import pytest

from hiring.kafka import connection
from hiring.settings import Settings, load


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "HIRING_KAFKA_PASSWORD"),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_USERNAME": "intake"}, "HIRING_KAFKA_PASSWORD"),
        ({"KAFKA_USERNAME": "intake", "KAFKA_PASSWORD": "p"}, "HIRING_KAFKA_SECURITY_PROTOCOL"),
        ({"KAFKA_SECURITY_PROTOCOL": "TLS"}, "HIRING_KAFKA_SECURITY_PROTOCOL"),
        ({"KAFKA_SASL_MECHANISM": "SCRAM"}, "HIRING_KAFKA_SASL_MECHANISM"),
        ({"KAFKA_CA_FILE": "/nowhere/ca.pem"}, "HIRING_KAFKA_CA_FILE"),
        ({"KAFKA_CERT_FILE": __file__}, "HIRING_KAFKA_KEY_FILE"),
    ],
)
def test_half_a_setting_is_told(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], told: str) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"HIRING_{name}", value)
    with pytest.raises(SystemExit, match=told):
        load(Settings)


def test_a_password_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("of-a-file\n")
    monkeypatch.setenv("HIRING_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
    monkeypatch.setenv("HIRING_KAFKA_USERNAME", "intake")
    monkeypatch.setenv("HIRING_KAFKA_PASSWORD_FILE", str(tmp_path / "password"))
    given = connection(load(Settings))
    assert (given["sasl_mechanism"], given["sasl_plain_password"]) == ("SCRAM-SHA-512", "of-a-file")
