"""The converter, asked through gpiozero's own MCP3008 class."""

import pytest
from gpiozero import MCP3008, DigitalOutputDevice, GPIOPinInUse

from twin.pins import TwinFactory
from twin.spi import AdcState, Mcp3008


@pytest.fixture
def factory():
    made = TwinFactory()
    yield made
    made.close()


@pytest.mark.parametrize("volts", [0.0, 0.4, 1.65, 3.0, 3.29])
def test_a_voltage_is_read_within_a_few_counts(factory, volts):
    chip = Mcp3008(seed=1)
    chip.connect(3, lambda: volts)
    factory.room_side.adc = chip
    device = MCP3008(channel=3, pin_factory=factory)
    assert all(abs(device.voltage - volts) < 0.01 for _ in range(50))


def test_the_noise_is_one_count_and_repeats_with_the_seed(factory):
    def readings() -> list[int]:
        chip = Mcp3008(seed=7)
        chip.connect(0, lambda: 1.0)
        factory.room_side.adc = chip
        with MCP3008(channel=0, pin_factory=factory) as device:
            return [device.raw_value for _ in range(100)]

    first = readings()
    assert set(first) == {309, 310, 311}
    assert first == readings()


def test_differential_reading_subtracts_the_neighbour(factory):
    chip = Mcp3008()
    chip.connect(0, lambda: 2.0)
    chip.connect(1, lambda: 1.5)
    factory.room_side.adc = chip
    device = MCP3008(channel=0, differential=True, pin_factory=factory)
    assert abs(device.voltage - 0.5) < 0.01


def test_channels_share_the_bus_and_nothing_else_may_have_its_pins(factory):
    devices = [MCP3008(channel=channel, pin_factory=factory) for channel in (0, 1)]
    with pytest.raises(GPIOPinInUse):
        DigitalOutputDevice(8, pin_factory=factory)
    for device in devices:
        device.close()
    DigitalOutputDevice(8, pin_factory=factory).close()


def test_two_boards_do_not_share_a_bus():
    readings = []
    for volts in (1.0, 2.0):
        factory = TwinFactory()
        chip = Mcp3008()
        chip.connect(0, lambda volts=volts: volts)
        factory.room_side.adc = chip
        readings.append((factory, MCP3008(channel=0, pin_factory=factory)))
    assert [round(device.voltage, 1) for _, device in readings] == [1.0, 2.0]


@pytest.mark.parametrize(("state", "raw"), [(AdcState.ABSENT_LOW, 0), (AdcState.ABSENT_HIGH, 1023)])
def test_a_missing_chip_reads_as_the_level_of_the_bus(factory, state, raw):
    chip = Mcp3008()
    chip.connect(0, lambda: 1.0)
    chip.state = state
    factory.room_side.adc = chip
    device = MCP3008(channel=0, pin_factory=factory)
    assert {device.raw_value for _ in range(20)} == {raw}


def test_a_channel_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"0\.\.7"):
        Mcp3008().connect(8, lambda: 0.0)
