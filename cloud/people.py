"""Who has a right: the rules of changing it, and telling every station.

A PIN lives here for the length of one call. It is turned into a digest with the roster's salt, never stored, logged or returned.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable

from pydantic import ValidationError

from cloud.adapters.db import SqlPeople
from cloud.errors import LedgerDown, PersonRefused, PersonUnknown
from cloud.ports import Outgoing, PersonRow
from cloud.rosters import Post, fits
from contract.roster import PHONE_PATTERN, PIN_PATTERN, Entitlement, Person, Role, Roster, code_digest, phone_digest
from contract.topics import Leaf, topic

log = logging.getLogger(__name__)

RETRY_S = 2.0
LOOK_S = 10.0
"""Between two looks at whether somebody is to be told in another form: a first root, a new delegation, a change of district."""


class RosterPeople:
    """See `cloud.ports.People`. Safe from several threads; a change ends with a new roster for every station."""

    def __init__(self, store: SqlPeople, changed: Callable[[], None]) -> None:
        self._store, self._changed = store, changed
        self._one_at_a_time = threading.Lock()

    def all(self) -> list[PersonRow]:
        """Everybody, by name."""
        return [_row(one) for one in self._store.all()]

    def roster(self) -> Roster | None:
        """What stations should have; None while nobody was ever entered."""
        return self._store.roster()

    def version(self) -> int:
        """Of it; 0 for none."""
        return self._store.version()

    def announce(self) -> None:
        """Tell every station again. Returns at once."""
        self._changed()

    def put(
        self, person: str, *, number: str | None, pin: str | None, label: str | None, entitlement: Entitlement,
        phone_last4: str | None = None, duress_pin: str | None = None, role: Role | None = None,
    ) -> PersonRow:  # fmt: skip
        """Enter somebody, or replace what is known; without a `pin` the old one stays, as long as the number does.

        `phone_last4`: four digits of the telephone number; without them those that are known stay. `duress_pin`: a second PIN that
        opens like the first and calls for help; '' takes it away, None leaves it. `role`: None leaves it too.

        Raises:
            PersonRefused: nothing was changed.
        """
        with self._one_at_a_time:
            salt, others = self._store.salt(), {one.person: one for one in self._store.all()}
            known = others.pop(person, None)
            digest = _digest(salt, number, pin, known)
            phone = _phone(salt, person, phone_last4, known)
            fresh = _person(
                person=person, number=number, code_digest=digest, phone_last4_digest=phone, label=label, entitlement=entitlement,
                duress_digest=_duress(salt, number, duress_pin, digest, known), role=role or (known.role if known else Role.VISITOR),
            )  # fmt: skip
            _must_fit(salt, [*others.values(), fresh])
            self._store.replace(fresh)
        self._changed()
        return _row(fresh)

    def remove(self, person: str) -> None:
        """Take every right away, at all stations, as soon as they hear it.

        Raises:
            PersonUnknown: nobody of this name.
        """
        with self._one_at_a_time:
            if self._store.remove(person) is None:
                raise PersonUnknown(f"nobody is called {person!r}")
        self._changed()


def _digest(salt: str, number: str | None, pin: str | None, known: Person | None, field: str = "pin") -> str | None:
    if pin is None:
        if known is not None and known.code_digest is not None and known.number != number:
            raise PersonRefused("pin", "", "a code belongs to its number", "send the PIN again together with the new number")
        return known.code_digest if known else None
    if number is None:
        raise PersonRefused("number", "", "a PIN without a number opens nothing", "send a number of 4 to 6 digits")
    if not re.fullmatch(PIN_PATTERN, pin) or not number.isascii():
        raise PersonRefused(field, "", "the PIN is not 4 to 8 digits", "send 4 to 8 digits")
    return code_digest(salt, number, pin)


def _duress(salt: str, number: str | None, pin: str | None, first: str | None, known: Person | None) -> str | None:
    """Of the second PIN, which needs the first and is another: the station takes both for the same person."""
    kept = known.duress_digest if known else None
    if pin is not None:
        kept = _digest(salt, number, pin, None, "duress_pin") if pin else None
    elif kept is not None and known is not None and known.number != number:
        raise PersonRefused("duress_pin", "", "a code belongs to its number", "send the duress PIN again together with the new number")
    if kept is not None and first is None:
        raise PersonRefused("duress_pin", "", "a duress PIN without a PIN would be the only one", "send a PIN too")
    if kept is not None and kept == first:
        raise PersonRefused("duress_pin", "", "the duress PIN is the PIN", "choose another one")
    return kept


def _phone(salt: str, person: str, last4: str | None, known: Person | None) -> str | None:
    if last4 is None:
        return known.phone_last4_digest if known else None
    if not re.fullmatch(PHONE_PATTERN, last4, re.ASCII):
        raise PersonRefused("phone_last4", "", "these are not 4 digits", "send the last 4 digits of the telephone number")
    return phone_digest(salt, person, last4)


def _person(**fields: object) -> Person:
    label = fields["label"]
    if isinstance(label, str) and not label.isprintable():
        raise PersonRefused("label", "", "a label cannot hold line breaks or control characters", "send plain words")
    try:
        return Person.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise PersonRefused(".".join(map(str, first["loc"])), str(first["input"])[:60], first["msg"], "see docs/telemetry.md") from None


def _must_fit(salt: str, people: list[Person]) -> None:
    try:
        roster = Roster(version=2**53, salt=salt, people=people)
    except ValidationError as error:
        raise PersonRefused("people", "", error.errors(include_url=False)[0]["msg"], "choose another number") from None
    if not fits(roster):
        raise PersonRefused("people", str(len(people)), "the roster would be too large for one message", "remove people")


def _row(one: Person) -> PersonRow:
    return PersonRow(
        one.person, one.number, one.label, one.entitlement, one.code_digest is not None, one.phone_last4_digest is not None,
        has_duress=one.duress_digest is not None, role=one.role,
    )  # fmt: skip


class Announcer:
    """Sends the newest roster, retained, to stations that may not have it; a thread of its own, one message at a time."""

    def __init__(self, post: Post, known: Callable[[], Iterable[str]], outgoing: Outgoing) -> None:
        """`known` gives every station there is."""
        self._post, self._known, self._outgoing = post, known, outgoing
        self._told: dict[str, str] = {}
        self._pending: set[str] = set()
        self._everybody = False
        self._stopping = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="roster", daemon=True)

    def announce(self, stations: Iterable[str] | None = None) -> None:
        """Tell these, or everybody. Returns at once."""
        with self._changed:
            self._pending |= set(stations or ())
            self._everybody |= stations is None
            self._changed.notify_all()

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """End; who was not told is told at the next start."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        look_at = time.monotonic() + LOOK_S
        while not self._stopping:
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or self._everybody or bool(self._pending), max(0.0, look_at - time.monotonic()))
                names, everybody = self._pending, self._everybody
                self._pending, self._everybody = set(), False
            if time.monotonic() >= look_at:
                names |= self._otherwise()
                look_at = time.monotonic() + LOOK_S
            left, everybody_left = self._send(names, everybody)
            if left or everybody_left:
                with self._changed:
                    self._pending |= left
                    self._everybody |= everybody_left
                    self._changed.wait_for(lambda: self._stopping, RETRY_S)

    def _send(self, names: set[str], everybody: bool) -> tuple[set[str], bool]:
        """Who could not be told, and whether it was not even known who there is."""
        try:
            waiting = names | set(self._known() if everybody else ())
            letters = self._post.letters(waiting)
        except LedgerDown as error:
            log.warning("roster not sent: %s", error)
            return names, everybody
        if letters is None:
            return set(), False
        in_order = letters.in_order(waiting)
        for done, station in enumerate(in_order):
            letter = letters.to(station)
            if letter is None:
                continue
            if self._stopping or not self._outgoing.deliver(topic(station, Leaf.ROSTER_DESIRED), letter.raw(), 1, True):
                return set(in_order[done:]), False
            self._told[station] = letter.mark
        return set(), False

    def _otherwise(self) -> set[str]:
        """Stations that were told something, and would be told something else now."""
        try:
            letters = self._post.letters(self._told) if self._post.may_change() else None
        except LedgerDown:
            return set()
        if letters is None:
            return set()
        now = {station: letters.to(station) for station in self._told}
        return {station for station, letter in now.items() if letter and letter.mark != self._told[station]}
