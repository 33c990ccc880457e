"""Samples of the loop: stored, kept within their room, and every gap told in a fact. Belongs to the deciding thread."""

from datetime import datetime, timedelta

from contract.facts import Fact
from contract.gap import Loss
from contract.samples import Samples
from edge.domain.core import Core
from edge.domain.room_for_samples import Going, gap, what_goes
from edge.errors import StoreFailed
from edge.ports import Ledger, SampleStore, Stamp

MB = 1_000_000


class Measured:
    """The outbox of samples from its filling side."""

    def __init__(self, core: Core, ledger: Ledger, samples: SampleStore) -> None:
        self._core, self._ledger, self._samples = core, ledger, samples
        self._missed: tuple[datetime, datetime, int] | None = None

    def store(self, batch: Samples, stamp: Stamp) -> list[Fact]:
        """The facts to tell. What the disk does not take is remembered as a number, and told when it takes the next."""
        try:
            seq = self._samples.add(batch.model_dump_json(), stamp)
        except StoreFailed:
            since = self._missed[0] if self._missed else stamp.at - timedelta(seconds=max(batch.ago_s))
            self._missed = since, stamp.at, len(batch.ago_s) + (self._missed[2] if self._missed else 0)
            return []
        self._core.samples_out.stored(seq)
        missed, self._missed = self._missed, None
        return [gap(Loss.NOT_RECORDED, *missed)] if missed else []

    def too_much(self) -> Going | None:
        """What must go, when facts and samples take more room than they are given. Its fact must be on disk before let_go()."""
        if self._ledger.used_bytes() + self._samples.used_bytes() <= self._core.config.telemetry.outbox_mb * MB:
            return None
        try:
            return what_goes(self._core.samples_out, self._samples.span)
        except StoreFailed:
            return None

    def let_go(self, going: Going) -> None:
        """A disk that does not take it is asked again next time, and the gap told again."""
        if going.loss is Loss.DROPPED:
            self._samples.forget(going.high)
            self._core.samples_out.dropped(going.high + 1)
            return
        try:
            self._samples.thin(going.low, going.high)
        except StoreFailed:
            return
