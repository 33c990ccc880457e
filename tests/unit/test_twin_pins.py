"""The gaps of gpiozero's mock pins, each shown on the mock and then corrected on the twin; and what the twin adds."""

import gc
import threading

import pytest
from gpiozero import Button, Device, DigitalInputDevice, DigitalOutputDevice, GPIOPinInUse, PinInvalidBounce
from gpiozero.pins.mock import MockFactory

from twin.lines import Kernel, Lines
from twin.pins import TwinFactory

PIN = 17


@pytest.fixture
def factory():
    made = TwinFactory()
    yield made
    made.close()


def test_known_gap_bounce_time_is_ignored_by_the_mock():
    mock = MockFactory()
    presses = []
    button = Button(PIN, bounce_time=10, pin_factory=mock)
    button.when_pressed = lambda: presses.append(1)
    for _ in range(3):
        mock.pin(PIN).drive_low()
        mock.pin(PIN).drive_high()
    assert len(presses) == 3


def test_bounce_time_is_refused_loudly(factory):
    with pytest.raises(PinInvalidBounce, match="leave it out"):
        Button(PIN, bounce_time=0.1, pin_factory=factory)


def test_known_gap_a_pull_overrides_a_driven_level_on_the_mock():
    mock = MockFactory()
    pin = mock.pin(PIN)
    pin.drive_low()
    pin.pull = "up"
    assert pin.state  # a closed contact to ground reads as open


def test_a_driven_level_is_stronger_than_a_pull(factory):
    factory.drive(PIN, False)
    button = Button(PIN, pull_up=True, pin_factory=factory)
    assert button.is_pressed
    factory.release(PIN)
    assert not button.is_pressed


def test_known_gap_a_closed_output_keeps_its_level_on_the_mock():
    mock = MockFactory()
    valve = DigitalOutputDevice(PIN, pin_factory=mock)
    valve.on()
    valve.close()
    assert mock.pin(PIN).state


@pytest.mark.parametrize("kernel", Kernel)
def test_a_closed_output_becomes_an_input_and_falls_to_its_resistor(kernel):
    factory = TwinFactory(kernel)
    valve = DigitalOutputDevice(PIN, pin_factory=factory)
    valve.on()
    valve.close()
    assert not factory.level(PIN)


@pytest.mark.parametrize(("kernel", "high"), [(Kernel.LINE_STAYS, True), (Kernel.LINE_FALLS, False)])
def test_the_kernel_decides_when_the_process_dies(kernel, high):
    factory = TwinFactory(kernel)
    valve = DigitalOutputDevice(PIN, initial_value=True, pin_factory=factory)
    factory.die()
    assert factory.level(PIN) is high
    assert valve is not None


def test_a_dead_process_cannot_reach_the_line_any_more():
    agent = TwinFactory(Kernel.LINE_STAYS)
    forgotten = DigitalOutputDevice(PIN, initial_value=True, pin_factory=agent)
    agent.die()
    again = TwinFactory(lines=agent.room_side)
    valve = DigitalOutputDevice(PIN, pin_factory=again)
    forgotten.on()
    assert not again.level(PIN)
    valve.on()
    del forgotten  # gpiozero closes its device now
    gc.collect()
    assert again.level(PIN)


def test_a_line_belongs_to_one_process_until_it_dies():
    agent = TwinFactory()
    valve = DigitalOutputDevice(PIN, initial_value=True, pin_factory=agent)
    guard = TwinFactory(lines=agent.room_side)
    with pytest.raises(GPIOPinInUse, match="held by another process"):
        DigitalOutputDevice(PIN, pin_factory=guard)
    agent.die()
    claimed = DigitalOutputDevice(PIN, initial_value=False, pin_factory=guard)
    assert not agent.level(PIN)
    assert not claimed.is_active and valve is not None


def test_known_gap_nobody_is_told_of_an_output_on_the_mock():
    mock = MockFactory()
    told = []
    pin = mock.pin(PIN)
    pin.when_changed = told.append
    valve = DigitalOutputDevice(PIN, pin_factory=mock)
    valve.on()
    assert told == []


def test_the_room_is_told_of_each_change_of_an_output(factory):
    told = []
    factory.listen(PIN, told.append)
    valve = DigitalOutputDevice(PIN, pin_factory=factory)
    valve.on()
    valve.on()
    valve.off()
    assert told == [True, False]
    assert [high for _, high in factory.room_side.timeline(PIN)] == [True, False]


def test_known_gap_callbacks_run_on_the_callers_thread_on_the_mock():
    mock = MockFactory()
    seen = []
    button = Button(PIN, pin_factory=mock)
    button.when_pressed = lambda: seen.append(threading.current_thread())
    mock.pin(PIN).drive_low()
    assert seen == [threading.current_thread()]


def test_callbacks_run_on_a_thread_of_the_factory():
    factory = TwinFactory(threaded=True)
    seen, ran = [], threading.Event()
    contact = DigitalInputDevice(PIN, pull_up=True, pin_factory=factory)
    contact.when_activated = lambda: (seen.append(threading.current_thread()), ran.set())
    factory.drive(PIN, False)
    assert ran.wait(2)
    assert seen[0] is not threading.current_thread()
    factory.close()


def test_without_threads_callbacks_wait_for_the_pump(factory):
    seen = []
    button = Button(PIN, pin_factory=factory)
    button.when_pressed = lambda: seen.append("pressed")
    button.when_released = lambda: seen.append("released")
    factory.drive(PIN, False)
    factory.release(PIN)
    assert seen == []
    assert factory.deliver() == 2
    assert seen == ["pressed", "released"]


def test_an_output_has_its_first_level_without_a_blip_when_on_is_high(factory):
    told = []
    factory.listen(PIN, told.append)
    DigitalOutputDevice(PIN, initial_value=False, pin_factory=factory)
    assert told == []


def test_an_output_that_is_on_when_low_blips_at_start_as_on_lgpio(factory):
    told = []
    factory.room_side.wire(PIN, idle_high=True)
    factory.listen(PIN, told.append)
    relay = DigitalOutputDevice(PIN, active_high=False, pin_factory=factory)
    assert told == [False, True]
    assert not relay.is_active


def test_several_boards_live_in_one_process():
    one, other = TwinFactory(), TwinFactory()
    valves = [DigitalOutputDevice(PIN, pin_factory=each) for each in (one, other)]
    valves[0].on()
    assert one.level(PIN) and not other.level(PIN)
    assert Device.pin_factory is None


def test_two_devices_on_one_pin_are_refused(factory):
    first = DigitalOutputDevice(PIN, pin_factory=factory)
    with pytest.raises(GPIOPinInUse):
        DigitalInputDevice(PIN, pin_factory=factory)
    assert first is not None


def test_every_pulse_of_a_flow_meter_is_counted(factory):
    count = 0

    def pulse() -> None:
        nonlocal count
        count += 1

    meter = DigitalInputDevice(PIN, pin_factory=factory)
    meter.when_activated = pulse
    for _ in range(1000):
        factory.drive(PIN, True)
        factory.drive(PIN, False)
    factory.deliver()
    assert count == 1000


def test_time_of_an_edge_is_that_of_the_lines():
    now = [5.0]
    factory = TwinFactory(clock=lambda: now[0])
    ticks = []
    pin = factory.pin(PIN)

    def changed(at: float, high: bool) -> None:
        ticks.append((at, high))

    pin.when_changed = changed
    factory.drive(PIN, True)
    now[0] = 9.0
    factory.deliver()
    assert ticks == [(5.0, True)]


def test_reset_levels_of_the_board():
    lines = Lines()
    assert lines.level(8) and not lines.level(9)
