"""A quota that three stations share: whatever the network, the power and the clocks do, what is drawn stays within the published bound."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cloud.domain.leases import bound
from contract.leases import Kind
from tests.properties.amount import machine
from tests.properties.lease_town import ALLOWANCE, KINDS, PEOPLE, RATIONS, START, City, Site

SITES = st.integers(0, 2)
AMOUNTS = st.sampled_from((1, 40, 150, 300, 700, 1000))
JUMPS = st.sampled_from((-4000, -400, -2, -1, -1, 1, 1, 2, 30, 4000))


class LeaseMachine(RuleBasedStateMachine):
    """`sites` are the stations, `at` is the true time; the cloud's clock is right."""

    def __init__(self) -> None:
        super().__init__()
        self.city = City()
        self.sites = [Site(f"st-{n}", f"0000000{n}") for n in (1, 2, 3)]
        self.at, self.now = START, 1000.0
        self.real_days = {self.day()}

    def day(self, later: timedelta = timedelta(0)) -> str:
        """The true quota day."""
        return (self.at + later + timedelta(hours=8)).date().isoformat()

    @rule(n=SITES, person=st.sampled_from(PEOPLE), comes=st.booleans())
    def somebody_comes_or_goes(self, n: int, person: str, comes: bool) -> None:
        site = self.sites[n]
        if comes:
            site.leases.arrived(person)
        else:
            site.leases.end(person, self.now)
        site.tick(self.at, self.now)

    @rule(n=SITES, person=st.sampled_from(PEOPLE), kind=st.sampled_from(KINDS), amount=AMOUNTS, lost=st.sampled_from((False, False, False, True)))
    def draw(self, n: int, person: str, kind: Kind, amount: int, lost: bool) -> None:
        self.sites[n].draw(person, kind, amount, lost)

    @rule(n=SITES, taken=AMOUNTS)
    def settle(self, n: int, taken: int) -> None:
        self.sites[n].settle(taken)

    @rule(n=SITES, lost=st.sampled_from((False, False, False, True)))
    def step(self, n: int, lost: bool) -> None:
        self.sites[n].tick(self.at, self.now, lost)

    @rule(n=SITES)
    def kill(self, n: int) -> None:
        self.sites[n].boot()

    @rule(hours=st.sampled_from((0, 0, 1, 5, 12, 24, 50)), seconds=st.integers(1, 70))
    def time_passes(self, hours: int, seconds: int) -> None:
        self.at += timedelta(hours=hours, seconds=seconds)
        self.now += hours * 3600 + seconds
        self.real_days.add(self.day())

    @rule(n=SITES, days=JUMPS, trusted=st.booleans())
    def a_clock_is_set(self, n: int, days: int, trusted: bool) -> None:
        self.sites[n].error, self.sites[n].trusted = timedelta(days=days), trusted
        self.sites[n].tick(self.at, self.now)

    @rule(n=SITES)
    def a_clock_is_right_again(self, n: int) -> None:
        self.sites[n].error, self.sites[n].trusted = timedelta(0), True
        self.sites[n].tick(self.at, self.now)

    @rule(n=SITES, connected=st.booleans(), drop=st.booleans())
    def the_line(self, n: int, connected: bool, drop: bool) -> None:
        site = self.sites[n]
        site.connected = connected
        site.leases.link(connected)
        if drop:
            site.up.clear()
            site.down.clear()

    @rule(n=SITES, at=st.integers(0, 9), again=st.booleans())
    def an_ask_arrives(self, n: int, at: int, again: bool) -> None:
        site = self.sites[n]
        if site.up:
            ask = site.up[at % len(site.up)]
            if not again:
                site.up.remove(ask)
            self.city.take(self.at, site, [ask], [])

    @rule(n=SITES, at=st.integers(0, 9), again=st.booleans(), lost=st.sampled_from((False, False, False, True)))
    def a_lease_arrives(self, n: int, at: int, again: bool, lost: bool) -> None:
        site = self.sites[n]
        if site.down:
            lease = site.down[at % len(site.down)]
            if not again:
                site.down.remove(lease)
            site.hear(lease, self.now, lost)

    @rule(n=SITES, data=st.data(), acknowledged=st.booleans())
    def facts_arrive(self, n: int, data: st.DataObject, acknowledged: bool) -> None:
        """Some of them, in any order, again and again until they are acknowledged."""
        site = self.sites[n]
        if site.disk.facts:
            seqs = data.draw(st.lists(st.sampled_from(sorted(site.disk.facts)), min_size=1, max_size=5))
            upto = self.city.take(self.at, site, [], seqs)
            if acknowledged:
                site.disk.facts = {seq: fact for seq, fact in site.disk.facts.items() if seq > upto}

    @rule(n=SITES, person=st.sampled_from(PEOPLE))
    def a_good_visit(self, n: int, person: str) -> None:
        """Somebody comes while everything works: the lease is there at once."""
        site = self.sites[n]
        site.leases.arrived(person)
        if site.connected:
            self.converse(site)

    def converse(self, site: Site) -> None:
        """Everything that is under way arrives, until nobody has anything to say."""
        for _ in range(8):
            self.at, self.now = self.at + timedelta(seconds=11), self.now + 11
            site.tick(self.at, self.now)
            upto = self.city.take(self.at, site, site.up, sorted(site.disk.facts))
            site.disk.facts = {seq: fact for seq, fact in site.disk.facts.items() if seq > upto}
            site.up, down, site.down = [], site.down, []
            for lease in down:
                site.hear(lease, self.now)
        self.real_days.add(self.day())

    def totals(self) -> dict[tuple[str, str, Kind], dict[str, int]]:
        """Drawn, and reserved, by label of the day, person and kind; then by station."""
        found: dict[tuple[str, str, Kind], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for site in self.sites:
            for entry in site.drawn.values():
                assert entry.amount >= 0
                found[entry.day, entry.person, entry.kind][site.name] += entry.amount
        return found

    @invariant()
    def nobody_draws_more_than_the_bound(self) -> None:
        for (day, person, kind), by_station in self.totals().items():
            stations = sum(amount > 0 for amount in by_station.values())
            assert sum(by_station.values()) <= bound(RATIONS[person, kind], ALLOWANCE.of(kind), stations), (day, person, kind, dict(by_station))

    @invariant()
    def a_day_that_never_was_gives_the_allowance_alone(self) -> None:
        latest = max(self.real_days)
        for (day, _, kind), by_station in self.totals().items():
            if day > latest and (self.at + timedelta(hours=32)).date().isoformat() < day:
                assert all(amount <= ALLOWANCE.of(kind) for amount in by_station.values())

    @invariant()
    def the_cloud_gives_no_more_than_there_is(self) -> None:
        leased: dict[tuple[str, str, str], int] = defaultdict(int)
        given = {}
        for row in self.city.shares():
            assert row.upto >= 0 and row.spent >= 0
            leased[row.day, row.person, row.what] += row.upto
            given[row.day, row.person, row.what, row.station] = row
        assert all(amount <= RATIONS[person, Kind(what)] for (_, person, what), amount in leased.items())
        for site in self.sites:
            for (day, person, what), lease in site.disk.leases.items():
                row = given.get((day, person, what.value, site.name))
                assert row is None or lease.number <= row.number
                assert row is None or row.upto >= lease.upto or lease.number < row.number, "a station holds more than the cloud counts"

    @invariant()
    def nothing_is_negative(self) -> None:
        for site in self.sites:
            assert all(site.rations.left(person, kind) >= 0 for person in PEOPLE for kind in KINDS)

    def teardown(self) -> None:
        """When all is well again a person can draw at one station all that was not drawn elsewhere: nothing is lost for good."""
        self.all_is_well()
        self.nobody_is_starved()
        self.nobody_draws_more_than_the_bound()

    def all_is_well(self) -> None:
        """From the next day on where this one is nearly over: what follows takes an hour and a half, and counts what was drawn on one day."""
        hours = 3 if self.day(timedelta(hours=3)) != self.day() else 1
        self.at, self.now = self.at + timedelta(hours=hours), self.now + hours * 3600
        for site in self.sites:
            site.connected, site.error, site.trusted = True, timedelta(0), True
            site.leases.link(True)
            while site.quota.open_sessions():
                site.settle(1000)
            for person in PEOPLE:
                site.leases.arrived(person)
            self.converse(site)
            for person in PEOPLE:
                site.leases.end(person, self.now)
            self.converse(site)

    def nobody_is_starved(self) -> None:
        site = self.sites[0]
        assert site.quota.day == self.day(), "the station did not find back to the true day"
        for person in PEOPLE:
            site.leases.arrived(person)
            for _ in range(12):
                self.converse(site)
                for kind in KINDS:
                    site.draw(person, kind, 400)
                    site.settle(400)
                self.now += 70
            for kind in KINDS:
                assert sum(self.totals()[site.quota.day, person, kind].values()) >= RATIONS[person, kind], (person, kind)


TestLeases = pytest.mark.slow(LeaseMachine.TestCase)
TestLeases.settings = machine(examples=12, steps=30)
