"""Who agreed, who refused, who took it back: the rules of asking and of remembering. Pure; days are ISO dates of trusted time.

The law asks for a separate, explicit consent to a notice that was shown, for no pressing after a refusal, and for nobody below 16.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from contract.consent import ConsentBy, ConsentGiven, ConsentRefused, ConsentWithdrawn, Language
from edge.domain.face_messages import Consent, DropConsent, Standing, StoreConsent
from edge.domain.messages import Effects

QUIET_DAYS = 90
"""Nobody who refused is asked again before; the rules say 48 h."""


class Consents:
    """One entry a person at most."""

    def __init__(self, notice: str, restored: Iterable[Consent]) -> None:
        self.notice = notice
        self._all = {consent.person: consent for consent in restored}

    def of(self, person: str) -> Consent | None:
        """What is remembered."""
        return self._all.get(person)

    def kept(self) -> list[Consent]:
        """Everybody whose face is here."""
        return [consent for consent in self._all.values() if consent.kept]

    def may_ask(self, person: str, day: str | None) -> bool:
        """Not who has a face here, and not who said no: never again within QUIET_DAYS, nor while nobody knows what day it is."""
        consent = self._all.get(person)
        if consent is None or consent.standing is Standing.GIVEN:
            return consent is None or not consent.kept
        return day is not None and consent.on != "" and days_between(consent.on, day) > QUIET_DAYS

    def give(self, person: str, language: Language, day: str | None) -> Effects:
        """The visitor agreed to the notice that is in force."""
        known = self._all.get(person)
        effects = self._said(known, Consent(person, Standing.GIVEN, ConsentBy.VISITOR, self.notice, language, day or ""))
        effects.facts.append(ConsentGiven(person=person, notice=self.notice, language=language, by=ConsentBy.VISITOR))
        return effects

    def refuse(self, person: str, language: Language, day: str | None, told: bool) -> Effects:
        """The visitor said no, or is too young (not `told`: no fact names who). A face that is here already stays."""
        known = self._all.get(person)
        if known and known.kept:
            return Effects()
        effects = self._said(known, Consent(person, Standing.REFUSED, ConsentBy.VISITOR, self.notice, language, day or ""))
        if told:
            effects.facts.append(ConsentRefused(person=person, notice=self.notice, language=language))
        return effects

    def withdraw(self, person: str, day: str | None) -> Effects:
        """Taken back; a fact only where something had been given."""
        known = self._all.get(person)
        if known is None or known.standing is not Standing.GIVEN:
            return Effects()
        effects = self.store(replace(known, standing=Standing.WITHDRAWN, on=day or ""))
        effects.facts.append(ConsentWithdrawn(person=person))
        return effects

    def store(self, consent: Consent) -> Effects:
        """As it is now."""
        self._all[consent.person] = consent
        return Effects(records=[StoreConsent(consent)])

    def drop(self, person: str) -> Effects:
        """Remember nothing."""
        return Effects(records=[DropConsent(person)]) if self._all.pop(person, None) else Effects()

    def turn(self, day: str) -> Effects:
        """Days that were not known are taken as this one; a no is remembered for QUIET_DAYS, and then not at all."""
        effects = Effects()
        for consent in list(self._all.values()):
            if consent.on == "":
                effects.add(self.store(replace(consent, on=day)))
            elif not consent.kept and days_between(consent.on, day) > QUIET_DAYS:
                effects.add(self.drop(consent.person))
        return effects

    def _said(self, known: Consent | None, new: Consent) -> Effects:
        """A new word leaves what is kept as it is."""
        if known:
            kept = {name: getattr(known, name) for name in ("kept", "seal", "used", "flagged", "made_on", "seen_on")}
            new = replace(new, **kept)
        return self.store(new)


def days_between(earlier: str, later: str) -> int:
    """Whole days; below 0 when `later` is not later."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def days_before(day: str, count: int) -> str:
    """ISO date."""
    return (date.fromisoformat(day) - timedelta(days=count)).isoformat()
