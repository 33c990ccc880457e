"""The physics of the room: what a person, a valve and a socket really do, through gpiozero devices where it matters."""

import time

import pytest
from gpiozero import MCP3008, Button, DigitalInputDevice, DigitalOutputDevice

from contract.config import StationConfig
from twin import faults
from twin.faults import Faults
from twin.pins import TwinFactory
from twin.room import Room, RoomClock
from twin.socket_load import Load, ebike_pack, phone

CONFIG = StationConfig.model_validate(
    {
        "station": "st-1",
        "name": "Test",
        "taps": [{"name": "cold", "valve_pin": 23, "flow_pin": 24}],
        "sockets": [
            {"name": "1", "relay_pin": 25, "adc_channel": 0, "amps_per_v": 1.0},
            {"name": "2", "relay_pin": 26, "adc_channel": 1, "amps_per_v": 1.0, "zero_v": 0.5},
        ],
    }
)
STEP_S = 0.02


class World:
    """A room, its board, and the devices that an edge would have."""

    def __init__(self, seed: int = 1) -> None:
        self.factory = TwinFactory()
        self.room = Room.from_config(CONFIG, self.factory, seed)
        self.lock = DigitalOutputDevice(CONFIG.door.lock_pin, pin_factory=self.factory)
        self.contact = Button(CONFIG.door.contact_pin, pin_factory=self.factory)
        self.exit = Button(CONFIG.door.exit_pin, pin_factory=self.factory)
        self.valve = DigitalOutputDevice(23, pin_factory=self.factory)
        self.meter = DigitalInputDevice(24, pin_factory=self.factory)
        self.relays = {"1": DigitalOutputDevice(25, pin_factory=self.factory)}
        self.relays["2"] = DigitalOutputDevice(26, pin_factory=self.factory)
        self.pulses = 0
        self.edges: list[bool] = []
        self.meter.when_activated = self._pulse
        self.contact.when_pressed = lambda: self.edges.append(True)
        self.contact.when_released = lambda: self.edges.append(False)

    def _pulse(self) -> None:
        self.pulses += 1

    def after(self, seconds: float, step_s: float = STEP_S) -> None:
        for _ in range(round(seconds / step_s)):
            self.room.step(step_s)
            self.factory.deliver()

    def pour(self, seconds: float, step_s: float = STEP_S) -> None:
        self.valve.on()
        self.after(seconds, step_s)
        self.valve.off()
        self.after(5, step_s)


@pytest.fixture
def world():
    return World()


def test_a_locked_door_does_not_open(world):
    assert not world.room.pull_door()
    world.after(3)
    assert not world.room.door.is_open and world.contact.is_pressed


def test_a_released_door_opens_for_a_hand_and_the_spring_closes_it(world):
    world.lock.on()
    assert world.room.lock_released
    assert world.room.pull_door()
    world.after(1)
    assert world.room.door.is_open and not world.contact.is_pressed
    world.after(5)
    assert not world.room.door.is_open and world.contact.is_pressed
    assert world.room.truth().door.entered == 1


def test_a_released_door_stays_shut_when_nobody_pulls(world):
    world.lock.on()
    world.after(10)
    assert not world.room.door.is_open


def test_who_keeps_pulling_is_let_in_when_the_lock_releases(world):
    world.room.pull_door(hold_s=5)
    world.after(1)
    world.lock.on()
    world.after(0.5)
    assert world.room.door.is_open


def test_a_person_can_always_leave(world):
    assert world.room.push_out()
    world.after(0.1)
    assert world.exit.is_pressed
    world.after(0.9)
    assert world.room.door.is_open and not world.exit.is_pressed


def test_the_inner_handle_needs_no_button_and_no_software(world):
    world.factory.die()
    world.room.push_out(press=False)
    world.after(1)
    assert world.room.door.is_open


def test_the_exit_button_is_wired_to_the_strike(world):
    world.room.press_exit(2)
    world.room.pull_door(2)
    world.after(1)
    assert world.room.door.is_open and world.room.truth().door.entered == 0


def test_a_forced_door_opens_and_holds_again_once_closed(world):
    world.room.force_door()
    world.after(1)
    assert world.room.door.is_open
    world.after(6)
    assert not world.room.pull_door()


def test_a_held_door_stays_open_until_let_go(world):
    world.room.hold_door(600)
    world.after(100)
    assert world.room.door.is_open
    world.room.let_go()
    world.after(4)
    assert not world.room.door.is_open


def test_the_contact_bounces_and_ends_in_the_truth():
    counts = set()
    for seed in range(12):
        world = World(seed)
        world.room.push_out()
        world.after(0.5, step_s=0.001)
        assert world.edges[-1] is False
        counts.add(len(world.edges))
    assert counts == {1, 3, 5}


def test_a_pour_is_metered_within_one_percent_and_runs_on_after_closing(world):
    world.valve.on()
    world.after(10)
    at_close = world.room.taps["cold"].dispensed_ml
    world.valve.off()
    world.after(5)
    tap = world.room.taps["cold"]
    assert 290 < at_close < 300
    assert 9 < tap.dispensed_ml - at_close < 13
    assert world.pulses == pytest.approx(tap.dispensed_ml * 0.45, rel=0.012, abs=1.5)
    assert not tap.valve_open


def test_a_pour_is_the_same_in_coarse_steps():
    fine, coarse = World(), World()
    fine.pour(10)
    coarse.pour(10, step_s=1.0)
    assert coarse.room.taps["cold"].dispensed_ml == pytest.approx(fine.room.taps["cold"].dispensed_ml, rel=0.02)


def test_a_phone_charges_and_tapers_to_one_watt(world):
    world.room.plug("1", phone(missing_wh=5.0))
    world.relays["1"].on()
    world.after(60, step_s=1)
    assert world.room.truth().sockets["1"].watts == pytest.approx(18, rel=0.02)
    world.after(7200, step_s=10)
    assert world.room.truth().sockets["1"].watts == pytest.approx(1, rel=0.1)
    assert 5.0 < world.room.sockets["1"].delivered_wh < 8.0


def test_a_dark_socket_delivers_nothing(world):
    world.room.plug("1", "phone")
    world.after(60, step_s=1)
    assert world.room.sockets["1"].delivered_wh == 0 and not world.room.sockets["1"].energised


def test_current_is_read_as_amps_per_volt_above_the_zero(world):
    world.room.plug("2", ebike_pack())
    world.relays["2"].on()
    world.after(1)
    sensor = MCP3008(channel=1, pin_factory=world.factory)
    amps = (sensor.voltage - 0.5) * 1.0
    assert amps * 230 == pytest.approx(250, rel=0.03)


def test_the_same_seed_and_acts_give_the_same_room():
    truths = []
    for _ in range(2):
        world = World(seed=5)
        world.room.plug("1", Load("lamp", 40, 40, 1, 1))
        world.relays["1"].on()
        world.room.push_out()
        world.pour(3)
        truths.append(world.room.truth())
    assert truths[0].door == truths[1].door
    assert (truths[0].taps, truths[0].sockets) == (truths[1].taps, truths[1].sockets)


def test_two_rooms_in_one_process_do_not_touch(world):
    other = World()
    world.pour(1)
    assert other.room.taps["cold"].dispensed_ml == 0


@pytest.mark.parametrize("name", [name for name in faults.names() if name != "camera_unplugged"])
def test_each_fault_can_be_planted_and_cleared(world, name):
    planted = Faults(world.room)
    planted.plant(name)
    world.after(0.5)
    planted.clear(name)
    world.after(5)
    assert planted.planted == set() and faults.meaning(name)


def test_a_dead_meter_gives_no_pulse_while_water_runs(world):
    Faults(world.room).plant("flow_meter_dead")
    world.pour(2)
    assert world.room.taps["cold"].dispensed_ml > 50 and world.pulses == 0


def test_without_mains_water_nothing_runs(world):
    Faults(world.room).plant("mains_water_off")
    world.pour(2)
    assert world.room.taps["cold"].dispensed_ml == 0


def test_a_leak_runs_with_the_valve_told_shut(world):
    Faults(world.room).plant("valve_stuck_open", "cold")
    world.after(2)
    assert not world.room.taps["cold"].powered and world.pulses > 20


def test_a_stuck_contact_hides_an_open_door_until_mended(world):
    broken = Faults(world.room)
    broken.plant("contact_stuck")
    world.room.hold_door()
    world.after(1)
    assert world.room.door.is_open and world.contact.is_pressed
    broken.clear("contact_stuck")
    assert not world.contact.is_pressed


def test_an_absent_adc_reads_zero(world):
    Faults(world.room).plant("adc_absent")
    assert MCP3008(channel=1, pin_factory=world.factory).raw_value == 0


def test_over_current_hits_the_socket_that_it_is_meant_for(world):
    for relay in world.relays.values():
        relay.on()
    Faults(world.room).plant("over_current", "1")
    world.after(0.1)
    truth = world.room.truth().sockets
    assert truth["1"].watts > 1400 and truth["2"].watts == 0


def test_an_unknown_fault_names_those_that_exist(world):
    with pytest.raises(ValueError, match="flow_meter_dead"):
        Faults(world.room).plant("gremlins")


def test_a_clock_steps_several_rooms_in_real_time(world):
    other = World()
    clock = RoomClock(world.room, other.room)
    clock.start()
    deadline = time.monotonic() + 5
    while other.room.now < 0.1 and time.monotonic() < deadline:
        time.sleep(0.01)
    clock.stop()
    assert 0.1 <= world.room.now < 5 and world.room.now == pytest.approx(other.room.now)
