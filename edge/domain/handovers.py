"""Templates that went to another station or came from one: told to the cloud once each, and to the person who asks. Pure.

The vault keeps the list, because the command line that hands over works while the agent is down; the ledger remembers what was told.
"""

from collections.abc import Iterable

from contract.consent import TemplateReceived, TemplateShared
from edge.domain.face_messages import StoreTransfer, Transfer
from edge.domain.messages import Effects


class Handovers:
    """`told`: as the ledger gave them back."""

    def __init__(self, told: Iterable[Transfer]) -> None:
        self._told = {transfer.number: transfer for transfer in told}

    def heard(self, transfers: Iterable[Transfer]) -> Effects:
        """What the vault lists; a fact for each that is new."""
        effects = Effects()
        for new in transfers:
            if new.number not in self._told:
                self._told[new.number] = new
                effects.records.append(StoreTransfer(new))
                effects.facts.append(_fact(new))
        return effects

    def given(self, person: str) -> tuple[tuple[str, str], ...]:
        """Station and ISO day of each template that left for elsewhere, erased here or not."""
        return tuple((one.station, one.day) for one in self._told.values() if one.given and one.person == person)

    def received(self, person: str) -> tuple[str, str]:
        """Station and ISO day of the last one that came; '' and '' for none."""
        came = [(one.station, one.day) for one in self._told.values() if not one.given and one.person == person]
        return came[-1] if came else ("", "")


def _fact(new: Transfer) -> TemplateShared | TemplateReceived:
    if new.given:
        return TemplateShared(person=new.person, destination=new.station, notice=new.notice, transfer=new.number)
    return TemplateReceived(person=new.person, source=new.station, notice=new.notice, transfer=new.number)
