"""Who may do what on the broker follows from the topics, and the secrets that are drawn are for exactly those users."""

import os
import runpy
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiring import topics
from hiring.broker_access import read_passwords
from hiring.rights import CONSOLE, Operation, Pattern, Resource, Right, rights, users

DRAW = runpy.run_path(str(Path(__file__).parents[3] / "deploy/draw_secrets.py"))["draw"]


def may(user: str, operation: Operation) -> set[str]:
    """The topics to which a user may do that."""
    return {each.name for each in rights() if each[:3] == (user, operation, Resource.TOPIC)}


def test_a_service_reads_and_writes_what_its_topics_say() -> None:
    assert may("notify", Operation.READ) == {
        topics.DECISIONS,
        topics.CONTACTS,
        topics.COMMANDS,
        topics.redriven("notify"),
    }
    assert may("notify", Operation.WRITE) == {
        topics.NOTIFICATIONS,
        topics.COMMANDS,
        topics.ANSWERS,
        topics.DEAD_LETTERS,
    }


def test_screening_never_learns_who_applied() -> None:
    assert not may("screening", Operation.READ) & {topics.CONTACTS, topics.DEMOGRAPHICS, topics.SUBMISSIONS}


def test_an_hr_system_may_do_one_thing() -> None:
    mine = {right for right in rights() if right.user == topics.HR_SYSTEMS}
    assert mine == {Right(topics.HR_SYSTEMS, Operation.WRITE, Resource.TOPIC, topics.SUBMISSIONS)}


def groups(user: str, operation: Operation) -> set[tuple[str, Pattern]]:
    """The consumer groups to which a user may do that, and whether also to those whose names begin so."""
    return {(each.name, each.pattern) for each in rights() if each[:3] == (user, operation, Resource.GROUP)}


@pytest.mark.parametrize("user", users())
def test_a_group_is_its_services_own(user: str) -> None:
    pattern = Pattern.PREFIXED if user == CONSOLE else Pattern.LITERAL
    own = set() if user in (topics.OPERATORS, topics.HR_SYSTEMS) else {(user, pattern)}
    assert groups(user, Operation.READ) == own


def test_the_consoles_groups_are_nobody_elses() -> None:
    """Its right is by how a group's name begins: no other's may begin so."""
    assert [user for user in users() if user.startswith(CONSOLE)] == [CONSOLE]


def test_the_console_tells_every_lag_and_reads_only_what_is_declared() -> None:
    of_services = {(user, Pattern.LITERAL) for user in ("intake", "screening", "notify")}
    assert groups(CONSOLE, Operation.DESCRIBE) == of_services | {(CONSOLE, Pattern.PREFIXED)}
    assert groups(topics.OPERATORS, Operation.DESCRIBE) == groups(CONSOLE, Operation.DESCRIBE)
    assert may(CONSOLE, Operation.DESCRIBE) == {topic.name for topic in topics.TOPICS}
    assert not may(CONSOLE, Operation.READ) & {topics.CONTACTS, topics.DEMOGRAPHICS, topics.SUBMISSIONS}


@pytest.mark.parametrize("service", topics.REDRIVEN_TO)
def test_what_is_redriven_comes_from_the_console_and_goes_to_one_service(service: str) -> None:
    name = topics.redriven(service)
    assert [user for user in users() if name in may(user, Operation.WRITE)] == [CONSOLE]
    assert [user for user in users() if name in may(user, Operation.READ)] == [service]


@pytest.mark.parametrize(
    ("right", "sentence"),
    [
        (Right("intake", Operation.WRITE, Resource.TOPIC, "hiring.contacts"), "intake may WRITE topic hiring.contacts"),
        (
            Right("console", Operation.READ, Resource.GROUP, "console", Pattern.PREFIXED),
            "console may READ group console*",
        ),
    ],
)
def test_a_right_reads_as_a_sentence(right: Right, sentence: str) -> None:
    assert str(right) == sentence


@pytest.fixture(params=[0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def test_a_password_is_drawn_for_everybody_and_stays(tmp_path: Path, umask: None) -> None:
    folder = tmp_path / "secrets"
    assert DRAW(folder)
    # Containers run as other accounts and are given single files and folders of it.
    within = [path.stat().st_mode for path in folder.rglob("*")]
    assert {stat.S_IMODE(mode) for mode in within} == {0o755, 0o644}
    passwords = read_passwords(folder / "kafka/users")
    assert set(passwords) == set(users())
    assert len(set(passwords.values())) == len(passwords)
    assert min(map(len, passwords.values())) >= 32
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert DRAW(folder) == []
    assert read_passwords(folder / "kafka/users") == passwords


def test_a_missing_password_is_told_by_its_file(tmp_path: Path) -> None:
    DRAW(tmp_path / "secrets")
    (tmp_path / "secrets/kafka/users/notify").unlink()
    with pytest.raises(ValueError, match="users/notify"):
        read_passwords(tmp_path / "secrets/kafka/users")
