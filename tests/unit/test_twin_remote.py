"""A room in a process of its own: it outlives its board, and lines go the way that the kernel sends them."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from gpiozero import MCP3008, Button, DigitalInputDevice, DigitalOutputDevice, GPIOPinInUse

from twin.lines import Kernel
from twin.remote import RemoteFactory, RoomControl, RoomGone, RoomProcess

pytestmark = pytest.mark.slow

VALVE, METER, LOCK, CONTACT, RELAY = 23, 24, 17, 27, 25
CONFIG = {
    "station": "st-1",
    "name": "Test",
    "taps": [{"name": "cold", "valve_pin": VALVE, "flow_pin": METER}],
    "sockets": [{"name": "1", "relay_pin": RELAY, "adc_channel": 0}],
}
POURING = """
import sys, time
from gpiozero import DigitalOutputDevice
from twin.remote import RemoteFactory

valve = DigitalOutputDevice(23, pin_factory=RemoteFactory(sys.argv[1]))
valve.on()
print("on", flush=True)
time.sleep(60)
"""


def start(folder: Path, kernel: Kernel = Kernel.LINE_STAYS) -> RoomProcess:
    config = folder / "station.json"
    config.write_text(json.dumps(CONFIG))
    return RoomProcess(config, folder / "room.sock", seed=3, kernel=kernel)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with start(tmp_path_factory.mktemp("room")) as running:
        yield running


@pytest.fixture
def factory(room):
    made = RemoteFactory(room.path)
    yield made
    made.close()


def eventually(holds, within_s: float = 5.0) -> bool:
    """Wait for another process."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def kill_while_pouring(room: RoomProcess) -> float:
    """Let another process open the valve, kill it without a word, return when."""
    agent = subprocess.Popen(
        [sys.executable, "-c", POURING, str(room.path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert agent.stdout is not None and agent.stdout.readline() == b"on\n"
    assert room.control.truth().taps["cold"].powered
    killed_at = time.monotonic()
    agent.kill()
    agent.wait()
    agent.stdout.close()
    return killed_at


def test_a_level_reaches_the_room_before_the_call_returns(room, factory):
    lock = DigitalOutputDevice(LOCK, pin_factory=factory)
    lock.on()
    assert room.control.truth().door.lock_released
    lock.off()
    assert not room.control.truth().door.lock_released


def test_a_set_takes_less_than_a_millisecond_typically(factory):
    lock = DigitalOutputDevice(LOCK, pin_factory=factory)
    taken = []
    for _ in range(200):
        before = time.perf_counter()
        lock.on()
        taken.append(time.perf_counter() - before)
    assert sorted(taken)[100] < 0.001


def test_edges_come_back_on_another_thread(room, factory):
    seen: list[threading.Thread] = []
    opened = threading.Event()
    contact = Button(CONTACT, pin_factory=factory)
    contact.when_released = lambda: (seen.append(threading.current_thread()), opened.set())
    assert contact.is_pressed
    room.control.act("push_out", hold_s=0.1)
    assert opened.wait(5)
    assert seen[0] is not threading.current_thread()
    assert room.control.truth().door.is_open


def test_pulses_are_counted_across_the_socket(room, factory):
    pulses = []
    meter = DigitalInputDevice(METER, pin_factory=factory)
    meter.when_activated = lambda: pulses.append(1)
    before = room.control.truth().taps["cold"].pulses
    valve = DigitalOutputDevice(VALVE, pin_factory=factory)
    valve.on()
    assert eventually(lambda: len(pulses) >= 3)
    valve.off()
    assert eventually(lambda: room.control.truth().taps["cold"].flow_ml_s == 0)
    assert eventually(lambda: len(pulses) == room.control.truth().taps["cold"].pulses - before)


def test_current_is_read_across_the_socket(room, factory):
    room.control.act("plug", socket="1", load="ebike_pack")
    relay = DigitalOutputDevice(RELAY, initial_value=True, pin_factory=factory)
    sensor = MCP3008(channel=0, pin_factory=factory)
    assert sensor.voltage * 230 == pytest.approx(250, rel=0.05)
    room.control.plant("adc_absent")
    assert sensor.raw_value == 0
    room.control.clear("adc_absent")
    room.control.act("unplug", socket="1")
    relay.off()


def test_a_killed_process_leaves_the_valve_open_where_the_line_stays(room):
    kill_while_pouring(room)
    assert room.control.truth().taps["cold"].powered
    guard = RemoteFactory(room.path)
    assert eventually(lambda: shut(guard))
    assert not room.control.truth().taps["cold"].powered
    guard.close()


def shut(guard: RemoteFactory) -> bool:
    """Do what a guard does: claim the line, drive it to safe. It is busy until the kernel has buried the dead."""
    try:
        DigitalOutputDevice(VALVE, initial_value=False, pin_factory=guard).off()
    except GPIOPinInUse:
        return False
    return True


def test_a_killed_process_shuts_the_valve_where_the_line_falls(tmp_path):
    with start(tmp_path, Kernel.LINE_FALLS) as room:
        killed_at = kill_while_pouring(room)
        assert eventually(lambda: not room.control.truth().taps["cold"].powered)
        at, high = room.control.timeline(VALVE)[-1]
        assert not high and 0 <= at - killed_at < 1


def test_a_line_of_a_living_process_cannot_be_taken(room, factory):
    lock = DigitalOutputDevice(LOCK, pin_factory=factory)
    guard = RemoteFactory(room.path)
    with pytest.raises(GPIOPinInUse, match="held by another process"):
        DigitalOutputDevice(LOCK, pin_factory=guard)
    factory.close()
    assert not DigitalOutputDevice(LOCK, pin_factory=guard).is_active
    guard.close()
    assert lock is not None


def test_what_the_room_cannot_do_is_refused_and_it_goes_on(room):
    with pytest.raises(ValueError, match="pull_door"):
        room.control.act("fly")
    with pytest.raises(ValueError, match="flow_meter_dead"):
        room.control.plant("gremlins")
    with pytest.raises(ValueError, match="ghost"):
        room.control.act("plug", socket="ghost", load="phone")
    assert room.control.truth().door.opened >= 0


def test_the_room_ends_when_told_and_whoever_asks_then_hears_so(tmp_path):
    room = start(tmp_path)
    late = RoomControl(room.path)
    room.stop()
    assert not room.path.exists()
    with pytest.raises(RoomGone):
        late.truth()


def test_a_wrong_configuration_ends_the_start_with_words(tmp_path, capfd):
    config = tmp_path / "station.json"
    config.write_text('{"station": "st-1"}')
    with pytest.raises(RoomGone):
        RoomProcess(config, tmp_path / "room.sock")
    assert "name" in capfd.readouterr().err
