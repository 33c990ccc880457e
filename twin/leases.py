"""The cloud's side of shared quotas, as simple as it can be: for scenarios, one account for all stations that are given it.

The rules of the real one are cloud/domain/leases.py; here nothing is lost or reordered, so that less is enough.
"""

from collections.abc import Callable

from contract.leases import Kind, QuotaAsk, QuotaLease, QuotaReturned


class TwinAccount:
    """`answers = False`: asks are heard and nothing is said. `utc_s`: the cloud's clock, None: it never says the time."""

    def __init__(self, utc_s: Callable[[], float] | None = None) -> None:
        self.answers, self.utc_s = True, utc_s
        self.asks: list[QuotaAsk] = []
        self._upto: dict[tuple[str | None, str, Kind], dict[str, int]] = {}
        self._numbers = 0

    def grant(self, ask: QuotaAsk) -> QuotaLease:
        """What it wants, as far as the rest goes. Numbers grow over all, which is growing for each."""
        self.asks.append(ask)
        parts = self._upto.setdefault((ask.day, ask.person, ask.what), {})
        free = ask.ration - sum(upto for epoch, upto in parts.items() if epoch != ask.epoch)
        parts[ask.epoch] = max(parts.get(ask.epoch, 0), min(ask.want, free))
        self._numbers += 1
        return QuotaLease(
            ask=ask.ask, epoch=ask.epoch, person=ask.person, what=ask.what, day=ask.day, number=self._numbers,
            upto=parts[ask.epoch], rest=max(0, free - parts[ask.epoch]), at_s=int(self.utc_s()) if self.utc_s else None,
        )  # fmt: skip

    def take_back(self, epoch: str, fact: QuotaReturned) -> None:
        """The rest is free again."""
        self._upto.setdefault((fact.day, fact.person, fact.what), {})[epoch] = fact.spent

    def rest(self, day: str, person: str, what: Kind, ration: int) -> int:
        """What no station has."""
        return ration - sum(self._upto.get((day, person, what), {}).values())
