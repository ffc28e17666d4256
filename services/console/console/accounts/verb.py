"""`console account add|remove|list`: the file of accounts, from a terminal."""

import argparse
import getpass
import sys
from pathlib import Path

from console.accounts.file import Account, AccountsError, Passwords, add, named, read, remove
from console.accounts.roles import ROLES
from console.settings import ConsoleSettings
from hiring.settings import load


def add_to(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the verb among those of `console`."""
    account = verbs.add_parser("account", help="who may log in (HIRING_ACCOUNTS_FILE)")
    acts = account.add_subparsers(dest="act", required=True)
    adding = acts.add_parser("add", help="add an account, or change its role and password")
    adding.add_argument("name")
    adding.add_argument("--role", choices=ROLES, required=True)
    adding.add_argument("--password-file", type=Path, help="read the password from here instead of asking for it")
    adding.add_argument("--first", action="store_true", help="only where there is no file of accounts yet")
    removing = acts.add_parser("remove", help="remove an account; its sessions end")
    removing.add_argument("name")
    acts.add_parser("list", help="names and roles")


def run(arguments: argparse.Namespace) -> None:
    """Do what is asked. Exits with a plain message where that is not possible."""
    path = load(ConsoleSettings).accounts_file
    if path is None:
        raise SystemExit("say where the accounts are: HIRING_ACCOUNTS_FILE=/path/accounts.json")
    try:
        _act(arguments, path)
    except (AccountsError, OSError) as error:
        raise SystemExit(str(error)) from None


def _act(arguments: argparse.Namespace, path: Path) -> None:
    if arguments.act == "list":
        for account in read(path).values():
            sys.stdout.write(f"{account.name}  {account.role}\n")
    elif arguments.act == "remove":
        remove(path, arguments.name)
        sys.stdout.write(f"{arguments.name} is removed\n")
    elif arguments.first and path.exists():
        sys.stdout.write("there are accounts already: nothing is changed\n")
    else:
        name = named(arguments.name)
        hashed = Passwords().hash(_password(name, arguments.password_file))
        changed = add(path, Account(name=name, role=arguments.role, password=hashed))
        sys.stdout.write(f"{name} is {'changed' if changed else 'added'}: {arguments.role}\n")


def _password(name: str, file: Path | None) -> str:
    if file is not None:
        return file.read_text("utf-8").strip("\r\n")
    password = getpass.getpass(f"Password for {name}: ")
    if getpass.getpass("Once more: ") != password:
        raise AccountsError("the two differ: nothing is changed")
    return password
