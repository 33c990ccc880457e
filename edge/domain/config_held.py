"""Documents of configuration that a station believes, and what of them it runs with. Reads; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from contract import signing
from contract.config import ConfigRefused, StationConfig, check
from contract.signing import Flaw, Kind, Signed, TrustRefused
from contract.trust import ConfigDocument
from edge.domain.config_records import Newest, Slot, StoreConfig


@dataclass(frozen=True)
class Held:
    """`config` is what a station with this document runs with; `text` the Signed document as JSON, '' as provisioned."""

    version: int
    sha256: str
    config: StationConfig = field(repr=False)
    expires: datetime | None = None
    text: str = field(default="", repr=False)

    @staticmethod
    def provisioned(config: StationConfig) -> Held:
        """What the file beside the software says."""
        return Held(0, "", config)

    @staticmethod
    def of(signed: Signed, document: ConfigDocument, provisioned: StationConfig) -> Held:
        """A document whose signature was checked.

        Raises:
            TrustRefused: CONTENT, with field, value and rule of each complaint.
        """
        try:
            config = provisioned if document.config is None else check(document.config)
        except ConfigRefused as error:
            raise TrustRefused(Flaw.CONTENT, f"config {document.version}: {error}") from None
        if config.station != provisioned.station:
            what = f"station: {config.station}: a station keeps its name, {provisioned.station}; another one needs a new provisioning"
            raise TrustRefused(Flaw.CONTENT, f"config {document.version}: {what}")
        return Held(document.version, signed.sha256, config, document.expires, signed.model_dump_json())

    @staticmethod
    def stored(text: str, provisioned: StationConfig) -> Held:
        """One that this station believed before; its own ledger is not asked for signatures. Raises: TrustRefused, when it fits this release no more."""
        signed = Signed.model_validate_json(text)
        return Held.of(signed, ConfigDocument.model_validate(signing.content(signed, Kind.CONFIG)), provisioned)


@dataclass(frozen=True)
class Kept:
    """What is in the ledger. `tried` is armed or on trial, as `slot` says."""

    confirmed: Held
    tried: Held | None = None
    slot: Slot | None = None
    before: frozenset[str] = frozenset()
    newest: Newest = field(default_factory=Newest)

    @property
    def target(self) -> Held:
        """What is to be in force."""
        return self.tried or self.confirmed

    def record(self) -> StoreConfig:
        """All of it."""
        return StoreConfig(self.confirmed.text, self.tried.text if self.tried else "", self.slot, tuple(sorted(self.before)), self.newest)
