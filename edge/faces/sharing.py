"""A template from one station to one other: invited there, agreed to and sealed here, opened there once. Nothing here sends anything.

Each step is one transaction: refused, nothing was changed. What went and came is listed with the vault, without any template.
"""

import base64
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.consent import ConsentBy, Language
from edge.domain.face_messages import Transfer
from edge.faces import parcel, seal
from edge.faces.gallery import SIZE
from edge.faces.parcel import Invitation, Package, ParcelRefused
from edge.faces.seal import SealRefused, Terms
from edge.faces.shapes import Vector
from edge.faces.vault import Kept, Vault
from edge.faces.vault_file import VaultRefused

TRANSFERS_KEPT = 10_000
NAME_CHARS = 120
_STALE_S = 30 * 86_400


class Sharing:
    """One vault's part in it. Whether sharing is allowed at all (`identity.template_sharing`) is asked before, by whoever calls.

    Every method raises VaultRefused, with what to do; then nothing was changed.
    """

    def __init__(self, vault: Vault) -> None:
        self.vault, self._file = vault, vault.file

    def invite(self, person: str, station: str, engine: str, now: datetime, lasts: timedelta = parcel.LONGEST) -> Invitation:
        """Ask for the template of one person for this `station`; in place of any invitation before."""
        if not timedelta(0) < lasts <= parcel.LONGEST:
            raise VaultRefused(f"an invitation lasts {parcel.LONGEST.days} days at most")
        self._none_kept(person)
        made, public = parcel.seconds(now), self.vault.public_key.hex()
        number, expires = secrets.token_hex(16), made + int(lasts.total_seconds())
        invitation = Invitation(number=number, station=station, person=person, engine=engine, public_key=public, made=made, expires=expires)
        with self._file.writing() as db:
            db.execute("DELETE FROM invitation WHERE person = ? OR expires < ?", (person, made - _STALE_S))
            db.execute("INSERT INTO invitation VALUES (?, ?, ?, ?)", (number, person, made, expires))
        return invitation

    def may_seal(self, person: str, invitation: Invitation, source: str, now: datetime) -> Kept:
        """The template that would go, if nothing but the consent is missing."""
        if invitation.person != person:
            raise VaultRefused(f"this invitation is for {invitation.person}, not for {person}")
        if invitation.station == source:
            raise VaultRefused(f"this invitation is of {source} itself: give the one of the other station")
        if invitation.expires - parcel.seconds(now) > (parcel.LONGEST + parcel.APART).total_seconds():
            raise VaultRefused(f"this invitation lasts longer than {parcel.LONGEST.days} days, or the clock here is wrong; it is {now:%Y-%m-%d %H:%M}")
        if parcel.seconds(now) > invitation.expires:
            raise VaultRefused(f"this invitation expired on {parcel.told(invitation.expires)}: have {invitation.station} make a new one")
        kept = self.vault.one(person)
        if kept is None or kept.template is None or kept.terms is None:
            raise VaultRefused(f"no sound template of {person} is kept here")
        if kept.engine != invitation.engine:
            raise VaultRefused(f"{invitation.station} uses the engine {invitation.engine}, this template is of {kept.engine}: enrol at {invitation.station}")
        return kept

    def agree(self, person: str, destination: str, notice: str, agreed_on: str) -> None:
        """The second consent, for one destination alone; `agreed_on` is an ISO day."""
        with self._file.writing() as db:
            db.execute("REPLACE INTO sharing VALUES (?, ?, ?, ?)", (person, destination, notice, agreed_on))

    def seal(self, person: str, invitation: Invitation, source: str, language: Language, accepted_by: str, now: datetime) -> Package:
        """The package, after `agree`. It is listed as given before it exists: an operator who loses it has told too much, not too little."""
        kept = self.may_seal(person, invitation, source, now)
        with self._file.writing() as db:
            agreed = db.execute("SELECT notice, agreed_on FROM sharing WHERE person = ? AND destination = ?", (person, invitation.station)).fetchone()
            if agreed is None:
                raise VaultRefused(f"{person} has not agreed to a template at {invitation.station}: ask for this consent by itself")
            self._list(Transfer(invitation.number, person, invitation.station, True, *agreed))
        assert kept.template is not None and kept.terms is not None
        terms = Terms(
            agreed[0], language, kept.terms.used, ConsentBy.ELSEWHERE.value, accepted_by=accepted_by, origin=source, said_on=agreed[1]
        )
        once = X25519PrivateKey.generate()
        package = Package(
            number=invitation.number, source=source, destination=invitation.station, person=person, engine=kept.engine, made_on=kept.made_on,
            expires=invitation.expires, notice=agreed[0], language=language, agreed_on=agreed[1],
            sender=once.public_key().public_bytes_raw().hex(), sealed="=",
        )  # fmt: skip
        try:
            key = seal.transfer_key(once, bytes.fromhex(invitation.public_key), bytes.fromhex(package.sender), bytes.fromhex(invitation.public_key))
        except SealRefused as error:
            raise VaultRefused(str(error)) from None
        sealed = seal.close(key, seal.pack(kept.template, terms), seal.context("transfer", package.about()))
        return package.model_copy(update={"sealed": base64.b64encode(sealed).decode()})

    def receive(self, package: Package, station: str, engine: str, now: datetime, near: Callable[[str, Vector], bool]) -> Kept:
        """Keep the template of a package for this `station`; `near`: whether it is very near to somebody else's. Once for each invitation."""
        self._expected(package, station, engine, now)
        template, terms = self._open(package)
        terms = replace(terms, flagged=near(package.person, template))
        day = now.date().isoformat()
        with self._file.writing() as db:
            if not db.execute("DELETE FROM invitation WHERE number = ? AND person = ?", (package.number, package.person)).rowcount:
                raise VaultRefused("the invitation was used or taken back just now")
            self._none_kept(package.person)
            number = self._file.insert(package.person, template, engine, package.made_on, day, terms)
            self._list(Transfer(package.number, package.person, package.source, False, package.notice, day))
        self._file.erase_log()
        return Kept(package.person, number, engine, package.made_on, day, template, terms)

    def transfers(self, person: str | None = None) -> list[Transfer]:
        """What went and came, oldest first."""
        with self._file.trouble():
            rows = self._file.db.execute("SELECT number, person, station, given, notice, day FROM transfer ORDER BY rowid").fetchall()
        return [Transfer(row[0], row[1], row[2], bool(row[3]), row[4], row[5]) for row in rows if person in (None, row[1])]

    def _expected(self, package: Package, station: str, engine: str, now: datetime) -> None:
        if package.destination != station:
            raise VaultRefused(f"this package is for {package.destination}; this station is {station}")
        if package.engine != engine:
            raise VaultRefused(f"this template is of the engine {package.engine}, this station uses {engine}: enrol here")
        before = next((one for one in self.transfers() if one.number == package.number), None)
        if before:
            raise VaultRefused(f"this package was taken in on {before.day}; a package opens once")
        with self._file.trouble():
            row = self._file.db.execute("SELECT person, made, expires FROM invitation WHERE number = ?", (package.number,)).fetchone()
        if row is None:
            raise VaultRefused("there is no open invitation for this package: it was replaced, or taken back when the person was forgotten; invite anew")
        if (package.person, package.expires) != (row[0], row[2]):
            raise VaultRefused(f"this package is not what was invited: that was {row[0]}, until {parcel.told(row[2])}")
        if not row[1] <= parcel.seconds(now) <= row[2]:
            raise VaultRefused(f"the invitation held from {parcel.told(row[1])} to {parcel.told(row[2])}, and it is {now:%Y-%m-%d %H:%M} here: invite anew")
        if max(package.agreed_on, package.made_on) > (now + timedelta(days=1)).date().isoformat():
            raise VaultRefused(f"this package is of a day that is still to come: the clock at {package.source} is wrong, or the one here")
        self._none_kept(package.person)

    def _open(self, package: Package) -> tuple[Vector, Terms]:
        sender = bytes.fromhex(package.sender)
        try:
            key = seal.transfer_key(self._file.key.private(), sender, sender, self.vault.public_key)
            template, inside = seal.unpack(seal.open_(key, package.seal(), seal.context("transfer", package.about())))
        except (SealRefused, ParcelRefused) as error:
            raise VaultRefused(f"the template of {package.person} cannot be opened: {error}") from None
        if template.shape != (SIZE,) or not isinstance(inside.used, int) or not isinstance(inside.accepted_by, str):
            raise VaultRefused(f"the template of {package.person} is of another form than those of this station")
        return template, Terms(
            package.notice, package.language, min(max(inside.used, 0), 100), ConsentBy.ELSEWHERE.value,
            accepted_by=inside.accepted_by[:NAME_CHARS], origin=package.source, said_on=package.agreed_on,
        )  # fmt: skip

    def _none_kept(self, person: str) -> None:
        with self._file.trouble():
            if self._file.db.execute("SELECT 1 FROM template WHERE person = ?", (person,)).fetchone():
                raise VaultRefused(f"a face of {person} is kept here already; it is not replaced. Forget it first, if that is what {person} wants")

    def _list(self, one: Transfer) -> None:
        values = (one.number, one.person, one.station, one.given, one.notice, one.day)
        self._file.db.execute("INSERT OR IGNORE INTO transfer VALUES (?, ?, ?, ?, ?, ?)", values)
        self._file.db.execute("DELETE FROM transfer WHERE rowid <= (SELECT max(rowid) FROM transfer) - ?", (TRANSFERS_KEPT,))
