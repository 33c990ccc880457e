"""The root that a station believes: pinned once at provisioning, replaced only by one to which a chain of signatures leads."""

from collections.abc import Sequence

from contract import trust
from contract.configuration import RootChanged
from contract.signing import Signed
from contract.trust import Root
from edge.domain.config_records import StoreRoot
from edge.domain.messages import Effects


class Trusted:
    """`root` None: this station takes no pushed configuration and no order."""

    def __init__(self, root: Root | None) -> None:
        self.root = self._recorded = root

    @property
    def version(self) -> int:
        """Of the root in force, 0 for none."""
        return self.root.version if self.root else 0

    def learn(self, chain: Sequence[Signed]) -> Effects:
        """The newest root of the chain comes in force, with a fact and a record; nothing when it is known already, or without a root.

        Raises:
            TrustRefused: the chain does not hold; then nothing of it is in force.
        """
        if self.root is None:
            return Effects()
        before = self.root.version
        newest, signed = trust.newest_root(self.root, chain)
        if signed is None:
            return Effects()
        self.root = newest
        return Effects(facts=[RootChanged(version=newest.version, before=before)], records=[StoreRoot(newest.version, signed.model_dump_json().encode())])

    def recorded(self) -> None:
        """The root in force is in the ledger."""
        self._recorded = self.root

    def revoke(self) -> None:
        """It is not: it is learned again, or a restart would bring the old keys back with nobody noticing."""
        self.root = self._recorded
