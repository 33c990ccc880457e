"""Writes docs/roles.md from the table that decides."""

from __future__ import annotations

from cloud.api.roles import DOCUMENTS, ORDERS, TABLE, Need
from cloud.domain.accounts import LOGIN_MS, SHORTEST, STEP_UP_MS, TOKEN_MS
from cloud.domain.callers import Role

MIN_MS, HOUR_MS = 60_000, 3_600_000

HEAD = f"""# Who may do what at the cloud

<!-- generated from cloud/api/roles.py: ./kiosk check --fix -->

Roles: **viewer** reads; **operator** looks after people and gives orders, in the districts of the account; **ops** configures, rolls out,
restarts, delegates keys, reads the audit; **admin** makes users. Each may what those before it may.

**People** log in by name and password (`POST /login`, the console, `kiosk login`). A token lasts {TOKEN_MS // MIN_MS} minutes and is renewed for
{LOGIN_MS // HOUR_MS} hours at most; it is sent as `Authorization: Bearer TOKEN`. A password has {SHORTEST} characters or more. **Again** below: the password
was given again (`POST /step-up`) within the last {STEP_UP_MS // MIN_MS} minutes. Another role acts with the next request; who is taken out is out at once.

**Programs** have tokens of their own (`python -m cloud token NAME --role ROLE`; `--end` ends them) and never do what a person must.

**Nobody**: without a token. Reading (role viewer) needs none either where the server listens on loopback only, unless
`SMART_STATION_CLOUD_REQUIRE_TOKEN_FOR_READS` says otherwise.

The first admin: `python -m cloud user add NAME --role admin` on the computer of the cloud; the password is typed, or the first line of
standard input. Others: `PUT /users/{{name}}`, or there likewise.

An answer that refuses says why in `type`: `step_up_needed` (401; give the password, send the request again), `role_too_low`, `human_needed`,
`not_your_district` (403). 401 without `type`: the token is not known, or over. 429: too many tries, `Retry-After` says s.

## Endpoints

Paths begin with `/api/v1`. What is not in the table is refused to everybody.

| Endpoint | Role | Password again | A person | Own districts |
|---|---|---|---|---|
"""

MIDDLE = """
What asks for the password again in a rollout does not with `?dry_run=true`: then it says what would happen, and changes nothing.

`GET /config` and `GET /config/{station}` tell everybody who reads which version is where, and why one was refused. What stands *in* a configuration
(`content`, `undo`) is for **{documents}** and above, and for nobody without a token: the address of a camera may hold its password. There is nothing
else secret in one: passwords of brokers, PINs and keys are never part of it. `whole: false` says that it was left out.

## Orders

By `order` in the body of `POST /stations/{station}/orders`:

| Order | Role | Password again | A person | Own districts |
|---|---|---|---|---|
"""

TAIL = """
## The audit

Every login, every act above and every change of users and people is an entry, chained to the one before by its hash; the database refuses to change or
delete one. Failed logins are counted together, an entry a minute at most. `GET /audit/verify` and `python -m cloud audit verify` read all of it. Who can write
the whole database can write a new chain: note the last number and hash somewhere else now and then (the log tells each) and ask with `--seen NUMBER:HASH`.
The audit is never pruned. It grows by about 0.25 KiB an entry: {growth}.

## Guessing

A password is kept as Argon2id, 64 MiB, 3 passes, 4 lanes (RFC 9106, section 4). Wrong tries: by name, after the 4th pauses of 1, 2, 4 … 60 s;
by address (of IPv6 its first 64 bits) after the 10th, up to 5 minutes. Where somebody logged in before, tries from
elsewhere, or for other names, do not slow them.
Pauses are counted in memory and forgotten by a restart. An unknown name and a wrong password have one answer after the same work.
"""

GROWTH = "a thousand a day are some 90 MiB a year; 50,000 are verified in 0.6 s"


def generated() -> dict[str, str]:
    """docs/roles.md."""
    endpoints = [_line(name, need) for name, need in TABLE.items() if name != "GET /"]
    orders = [_line(name, need) for name, need in ORDERS.items()]
    middle = MIDDLE.replace("{documents}", _role(DOCUMENTS.least))
    text = HEAD + "\n".join(endpoints) + "\n" + middle + "\n".join(orders) + "\n" + TAIL.replace("{growth}", GROWTH)
    return {"docs/roles.md": text}


def _line(name: str, need: Need) -> str:
    def mark(yes: bool) -> str:
        return "yes" if yes else ""

    return f"| `{name}` | {_role(need.least)} | {mark(need.step_up)} | {mark(need.person)} | {mark(need.own)} |"


def _role(least: Role | None) -> str:
    return "nobody" if least is None else least.value
