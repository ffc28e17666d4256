"""The secret behind the candidates' ids is whole or not there, and never another once somebody is known by it."""

import os
from pathlib import Path

import pytest

from cohort.candidate_secret import candidate_secret
from cohort.stack.errors import StackError


def segment(data: Path, partition: int, name: str, content: bytes) -> None:
    folder = data / "kafka/log" / f"hiring.applications-{partition}"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)


def test_it_is_drawn_once_for_its_owner_only(tmp_path: Path) -> None:
    path = candidate_secret(tmp_path)
    drawn = path.read_text()
    assert len(drawn) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert candidate_secret(tmp_path).read_text() == drawn
    assert [each.name for each in path.parent.iterdir()] == ["candidate"]


def test_a_kill_in_the_middle_leaves_nothing_that_a_later_start_stumbles_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        candidate_secret(tmp_path)
    assert not (tmp_path / "secrets/candidate").exists()
    assert len(candidate_secret(tmp_path).read_text()) >= 32


def test_an_empty_one_that_nobody_is_known_by_is_drawn(tmp_path: Path) -> None:
    segment(tmp_path, 0, "00000000000000000000.log", b"")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/candidate").touch()
    assert len(candidate_secret(tmp_path).read_text()) >= 32


@pytest.mark.parametrize(("name", "content"), [("0" * 20 + ".log", b"x"), ("0" * 19 + "7.log", b"")])
@pytest.mark.parametrize("there", [True, False])
def test_where_applications_are_it_must_be_put_back(tmp_path: Path, name: str, content: bytes, there: bool) -> None:
    segment(tmp_path, 0, "0" * 20 + ".log", b"")
    segment(tmp_path, 5, name, content)
    (tmp_path / "secrets").mkdir()
    if there:
        (tmp_path / "secrets/candidate").touch()
    with pytest.raises(StackError, match=r"(?s)is (empty|gone): .*secrets/candidate.*put it back"):
        candidate_secret(tmp_path)
