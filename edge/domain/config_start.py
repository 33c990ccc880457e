"""Which configuration a start runs with. A trial that was armed begins here; one that was begun before is over."""

from dataclasses import dataclass, replace

from contract.config import StationConfig
from contract.configuration import ConfigFact, ConfigRolledBack, ConfigTried, Phase
from contract.signing import TrustRefused
from edge.domain.config_held import Held, Kept
from edge.domain.config_records import ConfigRecord, Newest, Slot, StoreConfig
from edge.domain.config_slots import back

RESTARTED = "restarted during the trial"


@dataclass(frozen=True)
class Start:
    """`first` must be in the ledger before anything uses the configuration; `facts` and `records` belong to the first step."""

    kept: Kept
    in_force: Held
    first: StoreConfig | None = None
    facts: tuple[ConfigFact, ...] = ()
    records: tuple[ConfigRecord, ...] = ()


def chosen(stored: StoreConfig | None, config: StationConfig, failed: str = "") -> Start:
    """`config` is the provisioned one; `failed`: why what the ledger says is on trial could not be built a moment ago."""
    provisioned = Held.provisioned(config)
    if stored is None:
        return Start(Kept(provisioned), provisioned)
    try:
        confirmed = Held.stored(stored.confirmed, config) if stored.confirmed else provisioned
    except TrustRefused as error:
        return _unfit(stored.newest, provisioned, str(error))
    kept = Kept(confirmed, newest=stored.newest)
    if stored.slot is None:
        return Start(kept, confirmed)
    return _tried(kept, stored, config, failed)


def _tried(kept: Kept, stored: StoreConfig, config: StationConfig, failed: str) -> Start:
    try:
        tried = Held.stored(stored.tried, config)
    except TrustRefused as error:
        return _back(kept, replace(kept.confirmed, version=stored.newest.version, sha256=stored.newest.sha256), str(error))
    if stored.slot is Slot.TRIAL:
        return _back(kept, tried, failed or RESTARTED)
    newest = stored.newest
    if newest.sha256 == tried.sha256:
        newest = replace(newest, phase=Phase.TRIAL, tries=newest.tries + 1)
    kept = Kept(kept.confirmed, tried, Slot.TRIAL, frozenset(stored.before), newest)
    fact = ConfigTried(version=tried.version, sha256=tried.sha256, restarted=True)
    return Start(kept, tried, kept.record(), (fact,))


def _back(kept: Kept, tried: Held, reason: str) -> Start:
    """Nothing was used yet, so the record may go with the first step: a kill before it finds the same again."""
    kept, facts = back(kept, tried, reason)
    return Start(kept, kept.confirmed, None, tuple(facts), (kept.record(),))


def _unfit(newest: Newest, provisioned: Held, reason: str) -> Start:
    """The software was exchanged, and what was confirmed breaks its rules: as provisioned, until a document comes that fits."""
    kept = Kept(provisioned, newest=replace(newest, phase=Phase.ROLLED_BACK, reason=reason[:500], again=True, tries=0))
    fact = ConfigRolledBack(version=newest.version, sha256=newest.sha256, back_to=0, reason=reason[:200])
    return Start(kept, provisioned, None, (fact,), (kept.record(),))
