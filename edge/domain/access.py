"""Grant or refuse: tries, rights and codes. Who a face belongs to is identity's; whether the door may open at all is the core's.

Codes are compared as digests in constant time. A wrong number and a wrong PIN look alike from outside.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from contract.config import AccessConfig
from contract.facts import Refusal
from contract.roster import PHONE_PATTERN, PIN_PATTERN, QR_PATTERN, Person, Roster, phone_key
from edge.domain.messages import CodeDigested, CodeSource, CodeTyped, DigestCode
from edge.domain.tries import Tries

NOBODY = "0" * 64
"""Compared against when the number is unknown, so that it takes as long."""


@dataclass(frozen=True)
class Granted:
    """This person may enter."""

    person: Person


@dataclass(frozen=True)
class Refused:
    """Nobody may enter, and why."""

    reason: Refusal


class Access:
    """The roster in force and the tries of the last 15 minutes."""

    def __init__(self, config: AccessConfig, tried: Sequence[str] = ()) -> None:
        """`tried`: numbers of the wrong tries that the ledger knows."""
        self.tries = Tries(config, tried)
        self._under_duress: str | None = None
        self.roster: Roster | None = None
        self._by_number: dict[str, Person] = {}
        self._by_person: dict[str, Person] = {}

    def apply(self, roster: Roster) -> None:
        """Put a roster in force, whole."""
        self.roster = roster
        self._by_number = {p.number: p for p in roster.people if p.number}
        self._by_person = {p.person: p for p in roster.people}

    def person(self, person: str) -> Person | None:
        """The roster's entry."""
        return self._by_person.get(person)

    def by_face(self, person: str) -> Granted | Refused:
        """A face that was identified still needs a right at this station."""
        found = self._by_person.get(person)
        return Granted(found) if found else Refused(Refusal.NO_RIGHT)

    def read_qr(self, text: str) -> CodeTyped | None:
        """The code on a printed card, None when the text is anything else."""
        found = re.fullmatch(QR_PATTERN, text, re.ASCII)
        return CodeTyped(found[1], found[2], CodeSource.QR) if found else None

    def typed(self, code: CodeTyped, now: float) -> DigestCode | Refused:
        """Ask for the digest, unless too many wrong ones came before or this is no code at all."""
        if not re.fullmatch(r"[0-9]{4,6}", code.number, re.ASCII) or not re.fullmatch(PIN_PATTERN, code.pin, re.ASCII):
            return Refused(Refusal.NOT_READABLE)
        if self.tries.too_many(code.number, now):
            return Refused(Refusal.TOO_MANY_TRIES)
        salt = self.roster.salt if self.roster else "0" * 32
        self.tries.add(code.number, now)
        return DigestCode(code.number, code.pin, salt, code.source, now)

    def digested(self, code: CodeDigested) -> Granted | Refused:
        """The decision. A try counts as wrong from when it was typed, so that many at once do not slip through; a right one clears them."""
        person = self._by_number.get(code.number)
        expected = person.code_digest if person and person.code_digest else NOBODY
        second = person.duress_digest if person and person.duress_digest else NOBODY
        right, duress = compare_digest(expected, code.digest), compare_digest(second, code.digest)
        if not (right | duress) or person is None or person.code_digest is None:
            return Refused(Refusal.WRONG_CODE)
        self._under_duress = person.person if duress else None
        self.tries.forgive(code.number)
        return Granted(person)

    def take_duress(self) -> str | None:
        """Who typed a second PIN in this step, said once; whatever became of their way in."""
        called, self._under_duress = self._under_duress, None
        return called

    def has_phone(self, person: str) -> bool:
        """Whether the last four digits of a phone number are known of somebody with a right here."""
        found = self._by_person.get(person)
        return found is not None and found.phone_last4_digest is not None

    def phone_typed(self, people: tuple[str, ...], digits: str, now: float) -> list[DigestCode] | Refused:
        """Ask for the digest of these digits for each of a few people, nearest first. Counts as a wrong try of the nearest."""
        if self.roster is None or not re.fullmatch(PHONE_PATTERN, digits, re.ASCII):
            return Refused(Refusal.NOT_CONFIRMED)
        if self.tries.too_many(phone_key(people[0]), now):
            return Refused(Refusal.TOO_MANY_TRIES)
        self.tries.add(phone_key(people[0]), now)
        return [DigestCode(phone_key(each), digits, self.roster.salt, CodeSource.PHONE, now) for each in people]

    def phone_fits(self, person: str, code: CodeDigested) -> bool:
        """Whether the digits are that person's; right ones clear their wrong tries."""
        found = self._by_person.get(person)
        expected = found.phone_last4_digest if found and found.phone_last4_digest else NOBODY
        if not compare_digest(expected, code.digest) or expected == NOBODY:
            return False
        self.tries.forgive(code.number)
        return True
