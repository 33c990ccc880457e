"""What the touch screen shows of sockets, of who waits for one, and of the locker. Reads, changes nothing."""

from collections.abc import Callable

from edge.domain.charger import Socket
from edge.domain.lending import Lending
from edge.domain.screen import CallView, LendingView, LoanView, PartState, SocketView, WaitingView
from edge.domain.turns import Turns
from edge.domain.visits import Visit


def socket(found: Socket, turns: Turns, free: PartState, visit: Visit | None, now: float) -> SocketView:
    """`free`: what it is when nobody charges there and nobody is called."""
    charge, held = found.charge, turns.waiting.held(found.config.name)
    person = visit.person if visit else None
    user = charge.person if charge else held.person if held else None
    state = free if user is None or (held and user == person) else PartState.MINE if user == person else PartState.TAKEN
    if charge is None:
        state = PartState.OUT_OF_ORDER if free is PartState.OUT_OF_ORDER or found.blind(now) else state
        return SocketView(found.config.name, state, found.watts, 0.0, 0.0, held is not None and user == person, held.until if held else None)
    ends = charge.shared_until if charge.warned else None
    return SocketView(found.config.name, state, found.watts, round(charge.energy_wh, 2), round(now - charge.started_at, 1), ends_at=ends)


def waiting(turns: Turns, visit: Visit | None, label: Callable[[str], str], now: float) -> WaitingView:
    """`label`: by what a person is called on the screen."""
    places = turns.waiting.places
    calls = tuple(CallView(place.socket, label(place.person), place.until) for place in places if place.socket)
    if visit is None:
        return WaitingView(len(places), None, None, calls)
    wait_s = turns.longest_wait(visit.person, now)
    return WaitingView(len(places), turns.waiting.number(visit.person), None if wait_s is None else round(wait_s), calls)


def lending(found: Lending, visit: Visit | None, longest_s: float, now: float) -> LendingView:
    """`longest_s`: after which a bank is overdue."""
    release, loan = found.release, found.book.of(visit.person) if visit else None
    mine = None
    if loan and loan.taken:
        mine = LoanView(loan.slot, round(longest_s - found.book.lasted_s(loan, now)), found.book.overdue(loan, now))
    open_slot = release.slot if release and release.on else None
    return LendingView(len(found.there()), len(found.free()), open_slot, release.until if release and release.on else None, mine)
