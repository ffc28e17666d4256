import socket

from cohort.stack.ports import choose_ports, is_free


def test_every_name_gets_another_free_port() -> None:
    chosen = choose_ports(["a", "b", "c"], {})
    assert len(set(chosen.values())) == 3
    assert all(is_free(port) for port in chosen.values())


def test_a_remembered_port_is_kept_while_it_is_free() -> None:
    first = choose_ports(["a", "b"], {})
    assert choose_ports(["a", "b"], first) == first


def test_a_remembered_port_that_is_taken_is_replaced() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert not is_free(taken)
        assert choose_ports(["a"], {"a": taken})["a"] != taken


def test_two_names_never_share_a_remembered_port() -> None:
    port = choose_ports(["a"], {})["a"]
    chosen = choose_ports(["a", "b"], {"a": port, "b": port})
    assert chosen["a"] == port != chosen["b"]


def test_a_new_name_does_not_take_what_another_remembers() -> None:
    remembered = choose_ports(["old"], {})
    assert choose_ports(["new", "old"], remembered)["old"] == remembered["old"]


def test_a_remembered_nonsense_is_replaced() -> None:
    assert is_free(choose_ports(["a"], {"a": 700_000})["a"])
