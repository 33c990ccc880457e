"""What a station was given by hand: `root.json`, the key that it believes, and `provisioned.json`, a signed configuration to begin with.

Both are read only until the ledger has newer ones; what is read is stored with the first step.
"""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from contract import trust
from contract.config import ConfigRefused, StationConfig
from contract.configuration import LEVEL, Phase
from contract.envelope import ClockState
from contract.signing import Signed, TrustRefused, decode
from contract.topics import Leaf
from contract.trust import Bundle, Root
from edge.domain.config_held import Held
from edge.domain.config_records import ConfigRecord, Newest, StoreConfig, StoreRoot
from edge.domain.config_start import Start, chosen
from edge.domain.restored import Restored
from edge.errors import StoreFailed
from edge.ports import Ledger, Stamp

ROOT, DOCUMENT = "root.json", "provisioned.json"
NOBODY = Stamp("0" * 8, datetime.fromtimestamp(0, UTC), 0.0, ClockState.UNSURE)
"""Of a commit without facts: a stamp is theirs alone."""
log = logging.getLogger(__name__)
LIMIT = Leaf.CFG_DESIRED.traffic.limit


def completed(restored: Restored, folder: Path, config: StationConfig) -> Restored:
    """With what lies in the folder and is not in the ledger yet.

    Raises:
        ConfigRefused: a file that is damaged, or signed by nobody who may; better no station than one that believes anybody.
    """
    try:
        raw = restored.root or _read(folder / ROOT)
        if raw is None:
            return restored
        root = trust.first_root(_signed(raw))
        stored = restored.config or _document(root, folder / DOCUMENT, config)
    except TrustRefused as error:
        raise ConfigRefused(f"{folder}: {ROOT} or {DOCUMENT}: {error}") from error
    return replace(restored, root=raw, trusted=root, config=stored, given=(raw, stored) != (restored.root, restored.config))


def begun(ledger: Ledger, restored: Restored, config: StationConfig, failed: str) -> Start:
    """What this start runs with. That a trial begins is on disk before anything uses it; where the disk does not take it, none begins."""
    start = chosen(restored.config, config, failed)
    if start.first:
        try:
            ledger.commit([], [start.first], NOBODY)
        except StoreFailed as error:
            log.error("the trial of a configuration does not begin: %s", error)
            assert restored.config
            return chosen(replace(restored.config, slot=None, tried=""), config)
    if restored.given and restored.root and restored.trusted:
        given: list[ConfigRecord] = [StoreRoot(restored.trusted.version, restored.root)]
        given += [restored.config] if restored.config else []
        return replace(start, records=(*given, *start.records))
    return start


def _document(root: Root, path: Path, config: StationConfig) -> StoreConfig | None:
    """In force as confirmed from the first start on. No clock is asked: a station may lie in its box for a year."""
    raw = _read(path)
    if raw is None:
        return None
    bundle = decode(raw, LIMIT, DOCUMENT, Bundle.model_validate_json)
    assert isinstance(bundle, Bundle)
    document = trust.config(root, bundle.document, config.station, 0, LEVEL, None)
    held = Held.of(bundle.document, document, config)
    return StoreConfig(confirmed=held.text, newest=Newest(held.version, held.sha256, Phase.CONFIRMED))


def _signed(raw: bytes) -> Signed:
    signed = decode(raw, LIMIT, ROOT, Signed.model_validate_json)
    assert isinstance(signed, Signed)
    return signed


def _read(path: Path) -> bytes | None:
    return path.read_bytes()[: LIMIT + 1] if path.exists() else None
