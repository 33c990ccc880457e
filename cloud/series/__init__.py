"""The time-series side of the cloud: points of facts, made from the ledger, and roll-ups. Nothing here is counted or billed."""

from cloud.series.follower import Follower
from cloud.series.rollup import Rollup
from cloud.series.side import SeriesSide

__all__ = ["Follower", "Rollup", "SeriesSide"]
