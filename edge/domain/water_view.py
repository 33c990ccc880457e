"""What the touch screen shows of a tap. Reads, changes nothing."""

from contract.leases import Kind
from edge.domain.rations import Rations
from edge.domain.screen import PartState, TapView
from edge.domain.taps import Taps
from edge.domain.visits import Visit
from edge.domain.water import Tap


def tap(tap: Tap, taps: Taps, rations: Rations, visit: Visit | None, now: float) -> TapView:
    """Seen by the current visitor; one that is being flushed is taken."""
    target = tap.pour.target_ml if tap.pour else 0
    unlocked = taps.hot.until(tap.config.name, now) if tap.config.hot else None
    return TapView(tap.config.name, _state(tap, taps, rations, visit), tap.config.portions_ml, tap.poured_ml(), target, tap.config.hot, unlocked)


def _state(tap: Tap, taps: Taps, rations: Rations, visit: Visit | None) -> PartState:
    if tap.pour:
        return PartState.MINE if visit is not None and tap.pour.person == visit.person else PartState.TAKEN
    if taps.mains.blocks(tap.config.name):
        return PartState.OUT_OF_ORDER
    spent = visit is not None and rations.left(visit.person, Kind.WATER_ML) < 1
    return PartState.QUOTA_SPENT if spent else PartState.READY
