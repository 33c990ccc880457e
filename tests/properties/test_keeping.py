"""Whatever people say, whoever crashes and however often: in the end a face is kept only where a consent and a right stand."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from contract.consent import ConsentGiven, ConsentWithdrawn, FaceEnrolled, FaceForgotten, Forgotten
from contract.facts import Fact
from contract.roster import FaceRight, Person, Roster
from edge.domain.consent import Consents, days_before
from edge.domain.face_messages import Consent, EnrolFace, FaceErased, FaceSealed, FacesHeld, ForgetFace, Standing, StoreConsent
from edge.domain.intake import Intake
from edge.domain.keeping import Keeping
from edge.domain.messages import Effects, Input
from tests.properties.amount import machine
from twin.vault import TwinVault

NOTICE, KEEP_DAYS = "0badcafe0001", 30
PEOPLE = ("p-an", "p-bo", "p-chen")
WHO = st.sampled_from(PEOPLE)


class KeepingMachine(RuleBasedStateMachine):
    """The real rules, a vault that may be away, and a ledger that survives a crash."""

    def __init__(self) -> None:
        super().__init__()
        self.vault, self.day = TwinVault(), "2026-03-01"
        self.ledger: dict[str, Consent] = {}
        self.facts: list[Fact] = []
        self.heard: list[Input] = []
        self.roster: Roster | None = None
        self.version = 0
        self.start()

    def start(self) -> None:
        self.consents = Consents(NOTICE, list(self.ledger.values()))
        self.keeping = Keeping(self.consents, Intake(), KEEP_DAYS, sharing=True)
        self.heard.clear()
        if self.roster:
            self.bring(self.keeping.apply(self.roster, self.day))
        self.vault.joined(self.heard.append)
        self.hear()

    def bring(self, effects: Effects) -> None:
        """Remember, then act, as the loop does."""
        self.facts += effects.facts
        for record in effects.records:
            if isinstance(record, StoreConsent):
                self.ledger[record.consent.person] = record.consent
            else:
                self.ledger.pop(record.person, None)  # type: ignore[union-attr]
        for action in effects.actions:
            if isinstance(action, EnrolFace | ForgetFace):
                self.vault.order(action)

    def hear(self) -> None:
        while self.heard:
            match self.heard.pop(0):
                case FacesHeld() as held:
                    self.bring(self.keeping.held(held, self.day, 0.0))
                case FaceSealed() as sealed:
                    self.bring(self.keeping.sealed(sealed, self.day))
                case FaceErased() as erased:
                    self.bring(self.keeping.erased(erased))

    @rule(person=WHO, told=st.booleans(), withdrawn_first=st.booleans())
    def enrols(self, person: str, told: bool, withdrawn_first: bool) -> None:
        if self.vault.away or not self.keeping.allowed(person):
            return
        self.bring(self.consents.give(person, "zh", self.day))
        self.vault.order(EnrolFace(person, self.day, NOTICE, "zh", 0.4))
        if withdrawn_first:
            self.bring(self.consents.withdraw(person, self.day))
        self.vault.seals_it(told=told)
        self.hear() if told else self.start()

    @rule(person=WHO)
    def refuses(self, person: str) -> None:
        self.bring(self.consents.refuse(person, "en", self.day, told=True))

    @rule(person=WHO, reason=st.sampled_from([Forgotten.WITHDRAWN, Forgotten.FROM_AFAR]))
    def withdraws(self, person: str, reason: Forgotten) -> None:
        self.bring(self.keeping.forget(person, reason, self.day))
        self.hear()

    @rule(person=WHO, forgets=st.booleans())
    @precondition(lambda self: not self.vault.away)
    def operator(self, person: str, forgets: bool) -> None:
        self.vault.operator_forgets(person) if forgets else self.vault.operator_enrols(person, self.day)
        self.hear()

    @rule(person=WHO, days_ago=st.integers(0, 7))
    @precondition(lambda self: not self.vault.away)
    def operator_takes_in(self, person: str, days_ago: int) -> None:
        said = self.ledger.get(person)
        self.vault.operator_takes_in(person, said_on=days_before(self.day, days_ago))
        self.hear()
        if said and said.standing is not Standing.GIVEN and said.on >= days_before(self.day, days_ago):
            assert person not in self.vault.held, "a consent that is older than a no"

    @rule(rights=st.dictionaries(WHO, st.sampled_from(FaceRight)))
    def a_new_roster(self, rights: dict[str, FaceRight]) -> None:
        self.version += 1
        people = [Person(person=person, face=face) for person, face in rights.items()]
        self.roster = Roster(version=self.version, salt="5a" * 16, people=people)
        self.bring(self.keeping.apply(self.roster, self.day))
        self.hear()

    @rule(days=st.integers(1, 40), came=st.sets(WHO))
    def days_pass(self, days: int, came: set[str]) -> None:
        self.day = days_before(self.day, -days)
        for person in sorted(came):
            self.bring(self.keeping.visited(person, self.day))
        self.bring(self.consents.turn(self.day))
        self.bring(self.keeping.turn(self.day))
        self.hear()

    @rule(which=st.sampled_from(["the agent crashes", "the face process goes"]))
    def somebody_is_gone(self, which: str) -> None:
        if which == "the agent crashes":
            self.start()
        else:
            self.vault.away = True

    @rule()
    def the_face_process_comes_back(self) -> None:
        """Now everything that was decided is true of the vault."""
        self.vault.away = False
        self.vault.report()
        self.hear()
        held = set(self.vault.held)
        for person in held:
            assert self.ledger[person].standing is Standing.GIVEN, "kept without a consent"
            assert self.keeping.allowed(person), "kept without a right"
        assert held == {consent.person for consent in self.consents.kept()}, "the ledger says otherwise"
        assert self.keeping.pending == {}
        assert {c.person for c in self.ledger.values() if c.kept} == held
        self._told_in_order()

    def _told_in_order(self) -> None:
        """The facts alone tell who is kept."""
        kept: set[str] = set()
        given: set[str] = set()
        for fact in self.facts:
            match fact:
                case ConsentGiven(person=person):
                    given.add(person)
                case ConsentWithdrawn(person=person):
                    given.discard(person)
                case FaceEnrolled(person=person):
                    assert person in given, "enrolled without a consent that was told"
                    kept.add(person)
                case FaceForgotten(person=person):
                    kept.discard(person)
        assert kept == set(self.vault.held)


KeepingMachine.TestCase.settings = machine(60, 40)
TestKeeping = pytest.mark.slow(KeepingMachine.TestCase)
