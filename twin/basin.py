"""What all taps share: the master valve, the floor with its sensor, the drip tray with its contact."""

from contract.water import WaterConfig
from twin.lines import Lines


class Basin:
    """`master_stuck_open` breaks the valve; `wet` and `full` close the contacts."""

    def __init__(self, config: WaterConfig, lines: Lines) -> None:
        self.master_stuck_open = False
        self._config, self._lines = config, lines
        self._wet = self._full = False
        if config.master_pin is not None:
            lines.wire(config.master_pin, not config.master_active_high)
        self.wet, self.full = False, False

    @property
    def supplies(self) -> bool:
        """Whether water stands at the taps; without a master valve it always does."""
        pin = self._config.master_pin
        return pin is None or self.master_stuck_open or self._lines.level(pin) == self._config.master_active_high

    @property
    def wet(self) -> bool:
        """Water on the floor."""
        return self._wet

    @wet.setter
    def wet(self, wet: bool) -> None:
        self._wet = wet
        self._contact(self._config.floor_pin, wet)

    @property
    def full(self) -> bool:
        """The tray."""
        return self._full

    @full.setter
    def full(self, full: bool) -> None:
        self._full = full
        self._contact(self._config.drip_pin, full)

    def _contact(self, pin: int | None, closed: bool) -> None:
        """To ground, or open."""
        if pin is not None:
            self._lines.drive(pin, False if closed else None)
