"""The key of the letters' links stays the same from start to start, and only its owner reads it."""

from pathlib import Path

from cohort.link_keys import link_keys


def test_it_is_drawn_once_for_its_owner_only(tmp_path: Path) -> None:
    path = link_keys(tmp_path)
    drawn = path.read_text()
    assert len(drawn) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert link_keys(tmp_path).read_text() == drawn


def test_an_empty_one_is_drawn_anew(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/links").touch()
    assert len(link_keys(tmp_path).read_text()) >= 32
