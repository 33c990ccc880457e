"""The vault as the faces child uses it: whom to compare with, sealing, erasing, telling the station what is held.

A vault that cannot be opened leaves nobody to compare with: the gallery before may hold people who withdrew since. Opening is tried
again with each beat, and so is an erasure that did not succeed.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from math import inf
from pathlib import Path

import numpy as np

from contract.consent import ConsentBy, EnrolProblem, Language
from contract.model import PERSON_PATTERN
from edge.domain.face_messages import EnrolFailed, FaceErased, FaceSealed, FacesHeld, HeldFace, NoteVisit, Transfer
from edge.faces.gallery import EMPTY, GalleryRefused
from edge.faces.shapes import Vector
from edge.faces.sharing import Sharing
from edge.faces.taking import Taking
from edge.faces.vault import Kept, Terms, Vault, VaultRefused, gallery

PAGE = 500
RECEIPTS_TOLD = TRANSFERS_TOLD = 1000

Tell = Callable[[EnrolFailed | FaceErased | FaceSealed | FacesHeld], None]


class Keeper:
    """`engine`: whose templates can be compared. One thread; `tell` sends to the station."""

    def __init__(self, folder: Path, engine: str, tell: Tell) -> None:
        self._folder, self._engine, self._tell = folder, engine, tell
        self._vault: Vault | None = None
        self._kept: list[Kept] = []
        self._erase: list[str] = []
        self._stale = True
        self.refused = ""
        self.gallery = EMPTY

    def reload(self) -> None:
        """Read everything again with the next look."""
        self._stale = True

    def look(self) -> bool:
        """Take in what other processes changed and finish what is pending; True when the gallery is another one."""
        before = self.gallery
        try:
            vault = self._open()
            if vault.changed() or self._stale:
                self._read(vault)
                self._report(vault)
            erased = len(self._erase)
            for person in list(self._erase):
                self._tell(FaceErased(person, vault.forget(person)))
                self._erase.remove(person)
            if erased:
                self._read(vault)
        except (VaultRefused, GalleryRefused) as error:
            self._close(str(error))
        return self.gallery is not before

    def forget(self, person: str) -> None:
        """Erase at the next look, and at each until it is done. The person is not compared from now on."""
        if person not in self._erase:
            self._erase.append(person)

    def saw(self, visit: NoteVisit) -> None:
        """Nothing depends on it: the station's own record decides who was not here for long."""
        with suppress(VaultRefused):
            self._open().saw(visit.person, visit.day)

    def seal(self, taking: Taking) -> None:
        """Keep the mean of what was taken, or tell why not."""
        order, template = taking.order, taking.template()
        if template is None:
            return self._tell(EnrolFailed(order.person, EnrolProblem.TIMED_OUT))
        near = self._nearest_other(order.person, template)
        terms = Terms(order.notice, order.language, taking.used, ConsentBy.VISITOR.value, flagged=near < order.too_close)
        try:
            vault = self._open()
            number = vault.put(order.person, template, self._engine, order.day, terms)
            self._read(vault)
        except (VaultRefused, GalleryRefused) as error:
            self._close(str(error))
            return self._tell(EnrolFailed(order.person, EnrolProblem.NOT_STORED))
        return self._tell(FaceSealed(order.person, number, taking.used, near, terms.flagged, self._engine))

    def _open(self) -> Vault:
        if self._vault is None:
            self._vault, self._stale = Vault(self._folder), True
        return self._vault

    def _read(self, vault: Vault) -> None:
        self._kept, self._stale = vault.all(), False
        self.gallery, self.refused = gallery(self._kept, self._engine), ""

    def _close(self, why: str) -> None:
        if self._vault:
            self._vault.close()
        self._vault, self._kept, self.gallery, self.refused = None, [], EMPTY, why

    def _report(self, vault: Vault) -> None:
        sound = [held for kept in self._kept if (held := _held(kept))]
        names = {face.person for face in sound}
        damaged = tuple(kept.person for kept in self._kept if kept.person not in names)
        receipts = tuple(list(vault.receipts().items())[-RECEIPTS_TOLD:])
        moved = tuple(one for one in Sharing(vault).transfers()[-TRANSFERS_TOLD:] if _sound(one))
        pages = [tuple(sound[start : start + PAGE]) for start in range(0, len(sound), PAGE)] or [()]
        for number, page in enumerate(pages):
            first, last = number == 0, number == len(pages) - 1
            self._tell(FacesHeld(page, receipts if first else (), damaged[:PAGE] if first else (), first, last, moved if first else ()))

    def _nearest_other(self, person: str, template: Vector) -> float:
        others = [one.template for one in self._kept if one.template is not None and one.person != person and one.engine == self._engine]
        return min((float(np.linalg.norm(other - template)) for other in others), default=inf)


def _held(kept: Kept) -> HeldFace | None:
    """None for a row that is damaged or that no version of this software can have written."""
    terms = kept.terms
    if terms is None or not re.fullmatch(PERSON_PATTERN, kept.person) or terms.language not in _LANGUAGES:
        return None
    if not re.fullmatch("[0-9a-f]{12}", terms.notice) or terms.by not in set(ConsentBy) or not re.fullmatch(_DAY, kept.made_on):
        return None
    return HeldFace(
        kept.person, kept.seal, ConsentBy(terms.by), terms.notice, _LANGUAGES[terms.language], min(max(terms.used, 0), 100), terms.flagged,
        kept.made_on, kept.seen_on if re.fullmatch(_DAY, kept.seen_on) else "", terms.said_on if re.fullmatch(_DAY, terms.said_on) else "",
    )  # fmt: skip


def _sound(one: Transfer) -> bool:
    """Whether it can be told: rows of a damaged vault may hold anything."""
    forms = ((one.number, "[0-9a-f]{32}"), (one.person, PERSON_PATTERN), (one.station, PERSON_PATTERN), (one.notice, "[0-9a-f]{12}"), (one.day, _DAY))
    return all(isinstance(text, str) and re.fullmatch(form, text) for text, form in forms)


_LANGUAGES: dict[str, Language] = {"zh": "zh", "en": "en"}
_DAY = r"([0-9]{4}-[0-9]{2}-[0-9]{2})?"
