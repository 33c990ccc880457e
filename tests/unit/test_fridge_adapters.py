"""What the kernel's files and the converter's bits mean, and that a reading in doubt is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from contract.fridge import FridgeConfig
from edge.adapters.probes import Probes, parsed
from edge.adapters.scales import Hx711, Scales
from edge.domain.messages import Input
from edge.domain.room_messages import TemperatureLost, TemperatureRead, WeightLost, WeightRead
from edge.errors import HardwareRefused
from tests.properties.fridge_parts import FRIDGE
from twin.fridge import Shelf
from twin.pins import TwinFactory

CONFIG = FridgeConfig.model_validate(FRIDGE)
GOOD = "40 00 4b 46 7f ff 0c 10 1d : crc=1d YES\n40 00 4b 46 7f ff 0c 10 1d t=4000\n"
BAD = {
    "checksum": GOOD.replace("YES", "NO"),
    "zeros": "00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0\n",
    "cut": GOOD[:50],
    "empty": "",
    "text": "40 00 : crc=1d YES\n40 00 t=cold\n",
    "long": GOOD.replace("4000", "4" * 30),
}


@pytest.mark.parametrize(("milli", "celsius"), [("4000", 4.0), ("-1062", -1.062), ("85000", 85.0), ("0", 0.0)])
def test_the_kernel_tells_thousandths(milli: str, celsius: float) -> None:
    assert parsed(GOOD.replace("4000", milli)) == celsius


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_reading_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parsed(text)


def test_three_misses_are_a_loss_and_a_reading_ends_it(tmp_path: Path) -> None:
    heard: list[Input] = []
    probes = Probes(CONFIG.probes[:1], tmp_path, heard.append)
    for _ in range(3):
        probes.read()
    assert [type(one) for one in heard] == [TemperatureLost]
    (tmp_path / CONFIG.probes[0].id).mkdir()
    (tmp_path / CONFIG.probes[0].id / "w1_slave").write_text(GOOD)
    probes.read()
    assert heard[1:] == [TemperatureRead("upper", 4.0)]


def test_a_probe_that_the_bus_does_not_show_is_named(tmp_path: Path) -> None:
    (tmp_path / CONFIG.probes[0].id).mkdir()
    probes = Probes(CONFIG.probes, tmp_path, lambda heard: None)
    with pytest.raises(HardwareRefused, match=r"fridge\.probes\.lower\.id: 28-00000a1b2c3e is not on the 1-wire bus; there: 28-00000a1b2c3d"):
        probes.check(frozenset())
    probes.check(frozenset({CONFIG.probes[1].id}))


class Board:
    """One shelf with its converter on the lines of a board; `high_s`: how long each pulse takes."""

    def __init__(self, index: int = 0) -> None:
        self.pins, self.heard, self.high_s = TwinFactory(), [], 0.0
        self.config = CONFIG.shelves[index]
        self.shelf = Shelf(self.config, self.pins.room_side, Random(1))
        self._ticks = self._time()
        self.chip = Hx711(self.config, self.pins, lambda: next(self._ticks))
        self.scales = Scales((self.config,), lambda shelf: self.chip, self.heard.append)

    heard: list[Input]

    def _time(self) -> Iterator[float]:
        now = 0.0
        while True:
            yield now
            now += self.high_s

    def read(self, times: int = 1) -> list[Input]:
        self.heard.clear()
        for _ in range(times):
            self.shelf.step(0.1)
            self.scales.read()
        return list(self.heard)


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("pieces", [0, 1, 12])
def test_24_bits_are_grams_for_both_signs(index: int, pieces: int) -> None:
    board = Board(index)
    board.shelf.put(pieces)
    [*_, told] = board.read(5)
    assert isinstance(told, WeightRead)
    assert told.grams == pytest.approx(sum(board.shelf.bottles), abs=2)


def test_a_long_pulse_spoils_a_reading() -> None:
    board = Board()
    board.high_s = 61e-6
    assert [type(one) for one in board.read(6)] == [WeightLost]
    board.high_s = 59e-6
    assert [type(one) for one in board.read()] == [WeightRead]


def test_an_open_and_a_shorted_data_line_are_no_weight() -> None:
    board = Board()
    board.shelf.absent = True
    assert [type(one) for one in board.read(6)] == [WeightLost]
    board.pins.drive(board.config.data_pin, False)
    board.scales = Scales((board.config,), lambda shelf: board.chip, board.heard.append)
    assert [type(one) for one in board.read(6)] == [WeightLost]


def test_full_scale_is_no_weight() -> None:
    board = Board()
    board.shelf.foreign_g = 1e6
    assert [type(one) for one in board.read(6)] == [WeightLost]


def test_one_wild_conversion_is_not_told() -> None:
    board = Board()
    board.read(3)
    board.shelf.foreign_g = 5000
    [told] = board.read()
    assert isinstance(told, WeightRead) and abs(told.grams) < 3


def test_a_conversion_is_told_once() -> None:
    board = Board()
    assert len(board.read()) == 1
    board.scales.read()
    assert len(board.heard) == 1
