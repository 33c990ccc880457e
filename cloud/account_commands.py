"""`python -m cloud user|token|audit|roots …`: what needs the computer of the cloud and no login, such as the first admin.

A password is typed twice at a prompt, or is the first line of standard input; it never stands in the arguments, which others can see.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import re
import sys
import time
from collections.abc import Callable

from cloud.accounts import CityAccounts, open_accounts
from cloud.adapters.db import SqlTokens, open_engine
from cloud.adapters.db.audit import SqlAudit
from cloud.adapters.db.trust import SqlTrust
from cloud.domain.accounts import Change, UserRow
from cloud.domain.callers import Role
from cloud.errors import UserRefused
from cloud.settings import Settings

VERBS = ("user", "token", "audit", "roots")


def run(words: list[str], settings: Settings) -> int:
    """Exit code: 0 done, 1 refused or the chain is broken; wrong arguments end the process with 2. Raises: LedgerDown."""
    asked = parser().parse_args(words)
    engine = open_engine(settings.database_url)
    try:
        tokens = SqlTokens(engine)
        accounts, audit = open_accounts(engine, tokens, _wall_ms)
        acts: dict[str, Callable[[], int]] = {
            "user": lambda: _user(asked, accounts), "token": lambda: _token(asked, tokens, audit), "audit": lambda: _audit(asked, audit),
            "roots": lambda: _forget_roots(SqlTrust(engine), audit),
        }  # fmt: skip
        return acts[asked.noun]()
    except UserRefused as error:
        print(f"{error.where}: {error}: {error.hint}", file=sys.stderr)
        return 1
    finally:
        engine.dispose()


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="python -m cloud", description="users, programs' tokens, the audit, lost roots")
    nouns = made.add_subparsers(dest="noun", required=True)
    user = nouns.add_parser("user", help="people who look after stations").add_subparsers(dest="verb", required=True)
    for verb, words in (("add", "enter somebody, with a password"), ("set", "another role or other districts"), ("password", "another password")):
        one = user.add_parser(verb, help=words)
        one.add_argument("name")
        if verb != "password":
            one.add_argument("--role", required=True, type=Role, choices=list(Role))
            one.add_argument("--district", action="append", default=[], help="of an operator; may be given again; without: all")
    user.add_parser("remove", help="and every login of theirs").add_argument("name")
    user.add_parser("list", help="who there is")
    token = nouns.add_parser("token", help="a token for a program, shown once; --end ends all of that name")
    token.add_argument("name")
    token.add_argument("--role", type=Role, choices=list(Role), default=Role.ADMIN)
    token.add_argument("--end", action="store_true")
    roots = nouns.add_parser("roots", help="when too many root keys are lost").add_subparsers(dest="verb", required=True)
    roots.add_parser("forget", help="so that another chain of roots can be put; start the cloud again, and visit every station: docs/trust.md")
    audit = nouns.add_parser("audit", help="read the audit").add_subparsers(dest="verb", required=True)
    audit.add_parser("verify", help="see whether it is what was written").add_argument("--seen", type=_seen, metavar="NUMBER:HASH", help="noted down before")
    audit.add_parser("show", help="the last entries, JSON lines").add_argument("--last", type=int, default=50)
    return made


def _user(asked: argparse.Namespace, accounts: CityAccounts) -> int:
    who, known = _who(), {one.name: one for one in accounts.users()}
    if asked.verb == "list":
        for one in known.values():
            print(f"{one.name}\t{one.role}\t{','.join(sorted(one.districts)) or 'all districts'}")
        return 0
    if (asked.name in known) is (asked.verb == "add"):
        raise UserRefused("name", "", f"{asked.name} is there already" if asked.name in known else f"nobody is called {asked.name}", "see user list")
    if asked.verb == "remove":
        accounts.remove(asked.name, who)
    else:
        accounts.put(_change(asked, known.get(asked.name), who))
    print(f"{asked.name}: done")
    return 0


def _change(asked: argparse.Namespace, known: UserRow | None, who: str) -> Change:
    if asked.verb == "password" and known:
        return Change(asked.name, known.role, known.districts, _password(), who)
    return Change(asked.name, asked.role, frozenset(asked.district), _password() if asked.verb == "add" else None, who)


def _token(asked: argparse.Namespace, tokens: SqlTokens, audit: SqlAudit) -> int:
    if asked.end:
        count = tokens.end(asked.name)
        audit.note(_who(), "token.end", asked.name, f"{count} of this name")
        print(f"{asked.name}: {count} ended")
        return 0 if count else 1
    audit.note(_who(), "token.make", asked.name, json.dumps({"role": asked.role.value}))
    print(tokens.make(asked.name, _wall_ms(), asked.role))
    return 0


def _forget_roots(trust: SqlTrust, audit: SqlAudit) -> int:
    """Stations believe theirs until somebody stands there: `kiosk station repin`."""
    count = trust.forget()
    audit.note(_who(), "trust.forget", "roots", f"{count} of them, with all delegations")
    print(f"{count} forgotten; start the cloud again, then ./kiosk keys push and ./kiosk keys delegate, and ./kiosk station repin at every station")
    return 0 if count else 1


def _audit(asked: argparse.Namespace, audit: SqlAudit) -> int:
    if asked.verb == "show":
        for row in reversed(audit.rows(0, asked.last, newest=True)):
            print(json.dumps(vars(row), ensure_ascii=False))
        return 0
    chain = audit.verify(asked.seen)
    if chain.broken_at is None:
        print(f"ok: {chain.entries} entries, each as it was written; keep elsewhere: {chain.entries}:{chain.head}")
        return 0
    print(f"BROKEN: {chain.words}; the {chain.entries} before it are as they were written", file=sys.stderr)
    return 1


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("password: ")
    if getpass.getpass("again: ") != first:
        raise UserRefused("password", "", "these are two different ones", "try again")
    return first


def _seen(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{16,64})", text)
    if not found:
        raise argparse.ArgumentTypeError("NUMBER:HASH, with 16 digits of the hash at least")
    return int(found[1]), found[2]


def _who() -> str:
    """The account of this computer, which no name of a user can look like."""
    try:
        return f"local:{getpass.getuser()}"
    except (KeyError, OSError):  # a number without a name, as in containers
        return f"local:{os.getuid()}"


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000
