"""`intake sources create|list|rotate|revoke`: which HR systems may send, and their keys, from a terminal."""

import argparse
import os
import sys
from pathlib import Path

from intake import sources_file
from intake.sources import SourceScope, SourcesUnreadable, read_sources
from intake.sources_file import SourcesUnchanged

_FILE = "HIRING_SOURCES_FILE"


def add_to(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the verb among those of `intake`."""
    sources = verbs.add_parser("sources", help=f"the HR systems that may send, and their API keys ({_FILE})")
    sources.add_argument(
        "--file", type=Path, default=os.environ.get(_FILE), help=f"the file of sources, instead of {_FILE}"
    )
    acts = sources.add_subparsers(dest="act", required=True)
    creating = acts.add_parser("create", help="enter a source, and print its first key, this once")
    creating.add_argument("source", help="as its applications name it in `source`")
    creating.add_argument(
        "--scope",
        type=SourceScope,
        choices=list(SourceScope),
        action="append",
        help="what it may do; may be given several times; submit unless you say otherwise",
    )
    acts.add_parser("list", help="every source, what it may do, and the ids of its keys")
    rotating = acts.add_parser("rotate", help="print another key; the old ones hold until they are revoked")
    rotating.add_argument("source")
    revoking = acts.add_parser("revoke", help="take a key from a source; within a second intake refuses it")
    revoking.add_argument("source")
    revoking.add_argument("key_id", help="the key's id, as `list` shows it")


def run(arguments: argparse.Namespace) -> None:
    """Do what is asked. Exits with a plain message where that is not possible."""
    if arguments.file is None:
        raise SystemExit(f"say where the sources are: {_FILE}=/path/sources.json, or --file")
    try:
        _act(arguments, arguments.file)
    except (SourcesUnchanged, SourcesUnreadable, OSError) as error:
        raise SystemExit(str(error)) from None


def _act(arguments: argparse.Namespace, path: Path) -> None:
    match arguments.act:
        case "create":
            scopes = arguments.scope or [SourceScope.SUBMIT]
            _tell_key(sources_file.create(path, arguments.source, scopes))
            _say(f"{arguments.source} may {', '.join(scopes)}; send the key as `Authorization: Bearer KEY`")
        case "rotate":
            _tell_key(sources_file.rotate(path, arguments.source))
            _say(f"the earlier keys of {arguments.source} hold until `sources revoke {arguments.source} KEY_ID`")
        case "revoke":
            left = sources_file.revoke(path, arguments.source, arguments.key_id)
            _say(f"{arguments.key_id} is revoked; {arguments.source} has {left} {'key' if left == 1 else 'keys'} left")
        case _:
            for each in read_sources(path).sources:
                keys = ", ".join(f"{key.id} since {key.created:%Y-%m-%d}" for key in each.keys)
                scopes = ", ".join(each.scopes)
                sys.stdout.write(f"{each.source}  may {scopes}  keys: {keys or 'none, it cannot send'}\n")


def _tell_key(token: str) -> None:
    # On standard output and alone, so that it can go straight into a secret store.
    sys.stdout.write(f"{token}\n")
    _say(f"key {token.split('_')[1]}: keep it now, it is shown this once")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
