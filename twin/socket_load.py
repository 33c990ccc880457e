"""A charging socket: a relay, whatever is plugged in, and a sensor that turns its current into volts for the ADC."""

from dataclasses import dataclass
from random import Random

from contract.charging import SocketConfig
from twin.lines import Lines

TAPER_RATIO = 0.2  # the last fifth of a battery charges ever more slowly
RIPPLE_RATIO = 0.015
WORK_S = 30.0


@dataclass
class Load:
    """Something with a battery. It takes peak_w, then less and less, then full_w for as long as it stays plugged in."""

    name: str
    peak_w: float
    full_w: float
    capacity_wh: float
    missing_wh: float
    work_w: float = 0.0
    """What it takes beside, now and then, while somebody works on it."""
    at_work: bool = False

    def watts(self) -> float:
        """Return what it takes now, W; its power supply gives peak_w at most."""
        taper_wh = self.capacity_wh * TAPER_RATIO
        charging_w = self.full_w + (self.peak_w - self.full_w) * min(1.0, max(0.0, self.missing_wh / taper_wh))
        return min(max(self.peak_w, self.work_w), charging_w + (self.work_w if self.at_work else 0.0))

    def drain(self, energy_wh: float, dt_s: float, random: Random) -> None:
        """Take energy for some time; work begins and ends by chance, every half minute on average."""
        if self.work_w and random.random() < dt_s / WORK_S:
            self.at_work = not self.at_work
        used_wh = (self.work_w if self.at_work else 0.0) * dt_s / 3600
        self.missing_wh = max(0.0, self.missing_wh - max(0.0, energy_wh - used_wh))


def phone(missing_wh: float = 9.0) -> Load:
    """A phone: 18 W, 1 W when full."""
    return Load("phone", 18.0, 1.0, 15.0, missing_wh)


def power_bank(missing_wh: float = 30.0) -> Load:
    """A power bank: 22 W, half a watt when full."""
    return Load("power_bank", 22.0, 0.5, 37.0, missing_wh)


def ebike_pack(missing_wh: float = 400.0) -> Load:
    """The battery of an electric bicycle: 250 W, which a station refuses."""
    return Load("ebike_pack", 250.0, 2.0, 480.0, missing_wh)


def laptop_65(missing_wh: float = 50.0) -> Load:
    """A computer with a 65 W supply, with somebody working on it."""
    return Load("laptop_65", 65.0, 3.0, 56.0, missing_wh, work_w=25.0)


def laptop_100(missing_wh: float = 90.0) -> Load:
    """The largest battery that may fly, and a 100 W supply."""
    return Load("laptop_100", 100.0, 3.0, 99.0, missing_wh, work_w=45.0)


def laptop_140(missing_wh: float = 90.0) -> Load:
    """The same with a 140 W supply: for half an hour it takes what a charger of an e-bike takes."""
    return Load("laptop_140", 140.0, 3.0, 99.0, missing_wh, work_w=60.0)


def ebike_slow(missing_wh: float = 400.0) -> Load:
    """A 2 A charger at 42 V: 84 W for hours."""
    return Load("ebike_slow", 84.0, 2.0, 480.0, missing_wh)


def ebike_usual(missing_wh: float = 400.0) -> Load:
    """A 3 A charger at 54.6 V: below the cap of a socket."""
    return Load("ebike_usual", 164.0, 2.0, 480.0, missing_wh)


LOADS = {
    "phone": phone, "power_bank": power_bank, "ebike_pack": ebike_pack, "laptop_65": laptop_65, "laptop_100": laptop_100, "laptop_140": laptop_140,
    "ebike_slow": ebike_slow, "ebike_usual": ebike_usual,
}  # fmt: skip


@dataclass(frozen=True)
class SocketTruth:
    """What is really so, whatever the sensor says."""

    energised: bool
    load: str | None
    watts: float
    delivered_wh: float


class Socket:
    """One socket with its relay and its current sensor."""

    def __init__(self, config: SocketConfig, lines: Lines, random: Random) -> None:
        self.load: Load | None = None
        self.delivered_wh = 0.0
        self.overload_w = 0.0  # taken on top by something broken
        self.relay_stuck_on = False
        self._config = config
        self._lines = lines
        self._random = random
        self._ripple = 1.0
        lines.wire(config.relay_pin, not config.relay_active_high)

    @property
    def energised(self) -> bool:
        """Whether there is mains on the socket."""
        return self.relay_stuck_on or self._lines.level(self._config.relay_pin) == self._config.relay_active_high

    @property
    def watts(self) -> float:
        """What is taken now, W."""
        if not self.energised:
            return 0.0
        return ((self.load.watts() if self.load else 0.0) + self.overload_w) * self._ripple

    def volts(self) -> float:
        """Return the voltage of the current sensor, V."""
        return self._config.zero_v + self.watts / self._config.mains_v / self._config.amps_per_v

    def step(self, dt_s: float) -> None:
        """Let time pass."""
        if not self.energised or (self.load is None and not self.overload_w):
            return
        self._ripple = 1 + self._random.uniform(-RIPPLE_RATIO, RIPPLE_RATIO)
        energy_wh = self.watts * dt_s / 3600
        self.delivered_wh += energy_wh
        if self.load is not None:
            self.load.drain(energy_wh, dt_s, self._random)

    def truth(self) -> SocketTruth:
        """Return what is really so."""
        return SocketTruth(self.energised, self.load.name if self.load else None, self.watts, self.delivered_wh)
