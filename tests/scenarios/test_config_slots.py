"""Pushed configuration at one station: tried, confirmed, taken back; refused in words; never cutting a visit."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contract.configuration import ConfigConfirmed, ConfigRefused, ConfigRolledBack, ConfigTried, Phase
from contract.facts import EntryGranted, ExitRequested, FaultCode, FaultRaised, StationStarted
from contract.signing import Flaw, Kind
from contract.trust import Bundle
from edge.domain.messages import CameraChanged, ConfigReceived, ExitPressed
from edge.domain.room_messages import LineChanged
from edge.domain.sight import FaceCompared
from tests.contract.signed_examples import DELEGATION, key, signed
from tests.sabotage.checks import break_disk
from tests.scenarios.configs import PATIENT, REWIRED, bundle, content, people, rooted, with_ann
from tests.scenarios.test_lending import LOCKER, borrows
from twin.clock import NOON
from twin.station import TwinStation, layout, person


@pytest.fixture
def station(tmp_path: Path) -> Iterator[TwinStation]:
    bench = with_ann(tmp_path)
    yield bench
    bench.close()


def later(bench: TwinStation, seconds: float) -> None:
    """A while in which nothing moves."""
    bench.after(1.0)
    bench.clock.move(seconds - 3.0)
    bench.after(2.0)


def test_a_live_change_is_tried_and_confirmed(station: TwinStation) -> None:
    boot = station.assembly.core.boot
    pushed = bundle(2, content(**PATIENT))
    station.push(pushed)
    station.after(0.5)
    assert station.cloud.reports[-1].phase is Phase.TRIAL and station.cloud.reports[-1].in_force_sha256 == pushed.document.sha256
    later(station, 118.0)
    assert not station.cloud.of(ConfigConfirmed)
    station.after(4.0)
    report = station.cloud.reports[-1]
    assert (report.phase, report.in_force_version, report.confirmed_sha256) == (Phase.CONFIRMED, 2, pushed.document.sha256)
    assert station.cloud.of(ConfigTried) == [ConfigTried(version=2, sha256=pushed.document.sha256, restarted=False)]
    assert station.assembly.core.boot == boot, "a live change built the station anew"
    station.show_face("ann")
    station.after(7.0)
    assert station.world.lock_released, "the strike does not stay released for as long as the new configuration says"


def test_what_is_not_live_is_built_anew_in_place(station: TwinStation) -> None:
    boot = station.assembly.core.boot
    station.push(bundle(2, content(**REWIRED)))
    station.after(1.0)
    assert station.assembly.core.boot != boot and station.assembly.config.camera.width == 800  # type: ignore[union-attr]
    assert station.cloud.of(ConfigTried)[-1].restarted
    later(station, 125.0)
    assert station.cloud.reports[-1].phase is Phase.CONFIRMED
    station.kill()
    station.boot()
    assert station.assembly.config.camera.width == 800  # type: ignore[union-attr]


def check_a_restart_during_the_trial_goes_back(station: TwinStation) -> None:
    station.push(bundle(2, content(**REWIRED)))
    station.after(2.0)
    station.kill()
    station.boot()
    station.after(1.0)
    assert station.assembly.config.camera.width == 640  # type: ignore[union-attr]
    report = station.cloud.reports[-1]
    assert (report.phase, report.in_force_version, report.reason) == (Phase.ROLLED_BACK, 0, "restarted during the trial")
    assert [fact.version for fact in station.cloud.of(ConfigRolledBack)] == [2]
    later(station, 300.0)
    assert len(station.cloud.of(ConfigTried)) == 1, "the same document was tried twice"


def test_a_restart_during_the_trial_goes_back(station: TwinStation) -> None:
    check_a_restart_during_the_trial_goes_back(station)


def check_a_visit_is_never_cut(station: TwinStation) -> None:
    station.let_in("ann")
    station.push(bundle(2, content(**REWIRED)))
    station.after(5.0)
    report = station.cloud.reports[-1]
    assert report.phase is Phase.WAITING and "inside" in report.reason and not station.cloud.of(ConfigTried)
    station.walk_out()
    station.after(1.0)
    assert station.cloud.reports[-1].phase is Phase.TRIAL


def test_a_visit_is_never_cut(station: TwinStation) -> None:
    check_a_visit_is_never_cut(station)


def test_what_makes_it_safer_does_not_wait(station: TwinStation) -> None:
    station.let_in("ann")
    station.push(bundle(2, content(door={"unlock_s": 4})))
    station.after(1.0)
    assert station.cloud.reports[-1].phase is Phase.TRIAL and station.screen.visit


def check_it_waits_for_a_clock(station: TwinStation) -> None:
    station.clock.synchronised = False
    station.after(6.0)
    station.push(bundle(2, content(**PATIENT)))
    station.after(1.0)
    report = station.cloud.reports[-1]
    assert report.phase is Phase.WAITING and "time" in report.reason
    station.clock.synchronised = True
    station.after(6.0)
    assert station.cloud.reports[-1].phase is Phase.TRIAL


def test_it_waits_for_a_clock(station: TwinStation) -> None:
    check_it_waits_for_a_clock(station)


def test_what_was_over_all_along_is_refused_as_soon_as_the_time_is_known(station: TwinStation) -> None:
    station.clock.synchronised = False
    station.after(6.0)
    station.push(bundle(2, content(**PATIENT), issued=NOON - timedelta(days=9), lasts=timedelta(days=3)))
    station.after(1.0)
    assert station.cloud.reports[-1].phase is Phase.WAITING
    station.clock.synchronised = True
    station.after(6.0)
    report = station.cloud.reports[-1]
    assert (report.phase, report.flaw, report.in_force_version) == (Phase.REFUSED, Flaw.EXPIRED, 0)
    assert not station.cloud.of(ConfigTried)


def check_a_new_fault_takes_it_back(station: TwinStation) -> None:
    station.push(bundle(2, content(**PATIENT)))
    station.after(2.0)
    station.post(CameraChanged(False, "gone"))
    later(station, 40.0)
    report = station.cloud.reports[-1]
    assert report.phase is Phase.ROLLED_BACK and FaultCode.CAMERA_LOST.value in report.reason
    assert station.assembly.core.config.door.unlock_s == 5


def test_a_new_fault_takes_it_back(station: TwinStation) -> None:
    check_a_new_fault_takes_it_back(station)


def test_a_fault_that_passes_makes_the_trial_begin_again(station: TwinStation) -> None:
    station.push(bundle(2, content(**PATIENT)))
    later(station, 60.0)
    station.post(CameraChanged(False, "gone"))
    station.after(5.0)
    station.post(CameraChanged(True, ""))
    later(station, 100.0)
    assert station.cloud.reports[-1].phase is Phase.TRIAL, "120 s without a fault are not over"
    later(station, 30.0)
    assert station.cloud.reports[-1].phase is Phase.CONFIRMED


@pytest.mark.parametrize("leaves", [True, False])
def test_what_must_be_built_anew_to_go_back_waits_for_a_visit_but_not_for_ever(station: TwinStation, leaves: bool) -> None:
    station.push(bundle(2, content(**REWIRED)))
    station.after(2.0)
    station.let_in("ann")
    station.post(CameraChanged(False, "gone"))
    later(station, 100.0)
    assert station.cloud.reports[-1].phase is Phase.TRIAL, "somebody is inside"
    if leaves:
        station.walk_out()
        station.after(1.0)
    else:
        later(station, 130.0)
    assert station.cloud.reports[-1].phase is Phase.ROLLED_BACK


def test_a_newer_document_does_not_excuse_the_fault_that_the_one_before_it_brought(station: TwinStation) -> None:
    station.push(bundle(2, content(**PATIENT)))
    station.after(2.0)
    station.post(CameraChanged(False, "gone"))
    station.after(5.0)
    station.push(bundle(3, content(door={"unlock_s": 9})))
    later(station, 40.0)
    report = station.cloud.reports[-1]
    assert (report.version, report.phase) == (3, Phase.ROLLED_BACK) and FaultCode.CAMERA_LOST.value in report.reason


def test_a_bank_that_somebody_does_not_bring_back_says_nothing_of_a_configuration(tmp_path: Path) -> None:
    bench = rooted(tmp_path, layout(**LOCKER))
    bench.after(0.5)
    bench.cloud.push_roster(people(person("ann", "1001", "1111")))
    bench.after(0.5)
    bench.let_in("ann")
    borrows(bench)
    bench.walk_out()
    bench.clock.move(7200 - 30)
    bench.after(1.0)
    bench.push(bundle(2, content(**LOCKER, **PATIENT)))
    later(bench, 200.0)
    assert FaultCode.BANK_OVERDUE in {fault.fault for fault in bench.cloud.of(FaultRaised)}
    assert bench.cloud.reports[-1].phase is Phase.CONFIRMED
    bench.close()


def test_a_fault_that_was_there_before_says_nothing(station: TwinStation) -> None:
    station.post(CameraChanged(False, "gone"))
    station.after(1.0)
    station.push(bundle(2, content(**PATIENT)))
    later(station, 125.0)
    assert station.cloud.reports[-1].phase is Phase.CONFIRMED


def check_without_an_answer_of_the_cloud_it_goes_back(station: TwinStation) -> None:
    station.cloud.acknowledges = False
    station.push(bundle(2, content(**PATIENT)))
    later(station, 605.0)
    assert station.cloud.reports[-1].phase is Phase.ROLLED_BACK and "no answer" in station.cloud.reports[-1].reason


def test_without_an_answer_of_the_cloud_it_goes_back_and_may_come_again(station: TwinStation) -> None:
    for _ in range(4):
        check_without_an_answer_of_the_cloud_it_goes_back(station)
    station.cloud.acknowledges = True
    later(station, 130.0)
    assert len(station.cloud.of(ConfigTried)) == 3


def test_a_trial_that_can_not_be_built_is_back_at_once(station: TwinStation) -> None:
    other = station.pins.pin(18)
    station.pins.reserve_pins(other, 18)
    sockets = [{"name": "1", "relay_pin": 25, "adc_channel": 0}, {"name": "2", "relay_pin": 18, "adc_channel": 1}]
    station.push(bundle(2, content(sockets=sockets)))
    station.after(1.0)
    report = station.cloud.reports[-1]
    assert report.phase is Phase.ROLLED_BACK and "could not be built" in report.reason and report.in_force_version == 0
    station.show_face("ann")
    assert station.world.lock_released, "the door does not open after a configuration that could not be built"


def test_what_was_taken_back_by_the_operators_needs_no_trial(station: TwinStation) -> None:
    station.push(bundle(2, content(**REWIRED)))
    station.after(2.0)
    station.push(bundle(3, None))
    station.after(2.0)
    report = station.cloud.reports[-1]
    assert (report.phase, report.in_force_version, report.confirmed_version) == (Phase.CONFIRMED, 3, 3)
    assert station.assembly.config.camera.width == 640  # type: ignore[union-attr]
    assert [fact.version for fact in station.cloud.of(ConfigRolledBack)] == [2]


def test_a_newer_one_ends_a_trial(station: TwinStation) -> None:
    station.push(bundle(2, content(**PATIENT)))
    station.after(2.0)
    station.push(bundle(3, content(door={"unlock_s": 9})))
    later(station, 130.0)
    assert station.cloud.reports[-1].confirmed_version == 3 and station.assembly.core.config.door.unlock_s == 9


def test_thirty_days_offline_and_many_versions_later(station: TwinStation) -> None:
    station.push(bundle(2, content(**PATIENT)))
    later(station, 130.0)
    station.cloud.stop()
    for version in range(3, 40):
        station.cloud.push_config(bundle(version, content(door={"unlock_s": 3 + version / 10}), lasts=timedelta(days=400)).model_dump_json().encode())
    station.clock.move(30 * 86400.0)
    station.after(6.0)
    assert station.assembly.core.configs.slots.in_force.version == 2
    station.cloud.start()
    later(station, 130.0)
    report = station.cloud.reports[-1]
    assert (report.phase, report.confirmed_version) == (Phase.CONFIRMED, 39) and station.assembly.core.config.door.unlock_s == 6.9
    assert [fact.version for fact in station.cloud.of(ConfigTried)] == [2, 39]


def test_what_is_over_goes_on_and_is_told(station: TwinStation) -> None:
    station.push(bundle(2, content(**PATIENT), lasts=timedelta(days=2)))
    later(station, 130.0)
    station.clock.move(3 * 86400.0)
    station.after(10.0)
    report = station.cloud.reports[-1]
    assert (report.phase, report.flaw, report.in_force_version) == (Phase.CONFIRMED, Flaw.EXPIRED, 2)
    station.cloud.stop()
    station.cloud.start()
    station.after(1.0)
    assert station.cloud.reports[-1].phase is Phase.CONFIRMED, "what is in force was refused when it was heard again"


def _signed_by(number: int) -> Bundle:
    honest = bundle(3, content(**PATIENT))
    other = signed(Kind.DELEGATION, DELEGATION, key(number)).signatures
    return honest.model_copy(update={"document": honest.document.model_copy(update={"signatures": other})})


REFUSED = {
    Flaw.WRONG_TARGET: bundle(3, content(), station="st-2"),
    Flaw.EXPIRED: bundle(3, content(), lasts=timedelta(minutes=1)),
    Flaw.NOT_YET: bundle(3, content(), issued=NOON + timedelta(days=1)),
    Flaw.ROLLBACK: bundle(1, content()),
    Flaw.LEVEL: bundle(3, content(), level=999),
    Flaw.UNKNOWN_KEY: _signed_by(99),
    Flaw.SIGNATURE: _signed_by(11),
    Flaw.CONTENT: bundle(3, content() | {"door": {"unlock_s": 99}}),
}


def test_each_refusal_is_named(station: TwinStation) -> None:
    station.push(bundle(2, content(**PATIENT)))
    later(station, 130.0)
    for flaw, pushed in REFUSED.items():
        station.clock.move(61.0)
        station.push(pushed)
        station.after(0.5)
        report, fact = station.cloud.reports[-1], station.cloud.of(ConfigRefused)[-1]
        assert (report.phase, report.flaw, report.in_force_version, fact.flaw, fact.version) == (Phase.REFUSED, flaw, 2, flaw, report.version)
        assert report.sha256 == pushed.document.sha256
    assert "door.unlock_s: 99" in report.reason and "less than or equal to 30" in report.reason


def test_a_station_keeps_its_name(station: TwinStation) -> None:
    station.push(bundle(2, layout("st-9").model_dump(mode="json")))
    station.after(1.0)
    report = station.cloud.reports[-1]
    assert report.flaw is Flaw.CONTENT and "st-9" in report.reason


def test_too_large_is_not_read(station: TwinStation) -> None:
    station.cloud.push_config(b" " * 300_000)
    station.after(1.0)
    assert station.cloud.reports[-1].flaw is Flaw.TOO_LARGE


def test_a_flood_of_forgeries_makes_one_fact_a_minute(station: TwinStation) -> None:
    forged = [bundle(3 + n, content()) for n in range(3)]
    forged = [one.model_copy(update={"document": one.document.model_copy(update={"payload": one.document.payload + " "})}) for one in forged]
    for _ in range(30):
        station.post(*(ConfigReceived(one.model_dump_json().encode()) for one in forged))
    station.after(1.0)
    assert len(station.cloud.of(ConfigRefused)) == 1


def test_two_texts_of_one_version(station: TwinStation) -> None:
    station.push(bundle(2, content(**PATIENT)))
    later(station, 130.0)
    station.push(bundle(2, content(door={"unlock_s": 9})))
    station.after(1.0)
    assert station.cloud.reports[-1].flaw is Flaw.ROLLBACK and station.assembly.core.config.door.unlock_s == 8


def test_without_a_root_nothing_is_taken(tmp_path: Path) -> None:
    bench = TwinStation(tmp_path)
    bench.after(0.3)
    assert not bench.cloud.reports
    bench.push(bundle(2, content(**PATIENT)))
    bench.after(1.0)
    assert bench.cloud.reports[-1].flaw is Flaw.NO_ROOT and bench.cloud.reports[-1].root == 0
    bench.close()


def test_provisioned_with_a_document(tmp_path: Path) -> None:
    given = bundle(1, content(**PATIENT))
    (tmp_path / "provisioned.json").write_text(given.model_dump_json())
    bench = rooted(tmp_path)
    bench.after(0.3)
    report = bench.cloud.reports[-1]
    assert (report.phase, report.confirmed_version, report.root) == (Phase.CONFIRMED, 1, 1)
    assert bench.assembly.core.config.door.unlock_s == 8
    (tmp_path / "provisioned.json").unlink()
    (tmp_path / "root.json").unlink()
    bench.kill()
    bench.boot()
    assert bench.assembly.core.config.door.unlock_s == 8 and bench.assembly.core.trusted.version == 1
    bench.close()


def test_the_state_tells_what_is_in_force(station: TwinStation) -> None:
    started = station.cloud.of(StationStarted)[-1].config_sha256
    assert station.cloud.states[-1].config == started and station.cloud.states[-1].level == 6
    station.push(bundle(2, content(**PATIENT)))
    station.after(1.0)
    assert station.cloud.states[-1].config != started


def test_nothing_is_built_anew_while_fire_holds_the_door_free(tmp_path: Path) -> None:
    bench = rooted(tmp_path, layout(detectors={"fire_pin": 5}))
    bench.after(0.3)
    bench.push(bundle(2, content(detectors={"fire_pin": 5}, **REWIRED)))
    later(bench, 20.0)
    boot = bench.assembly.core.boot
    bench.faults.plant("fire")
    for _ in range(3):
        later(bench, 100.0)
    assert bench.world.lock_released and bench.assembly.core.boot == boot
    bench.kill()
    bench.boot()
    bench.after(1.0)
    assert bench.cloud.reports[-1].phase is Phase.ROLLED_BACK and bench.world.lock_released
    bench.close()


def check_nobody_is_let_in_by_a_door_that_is_being_built_anew(bench: TwinStation) -> None:
    """The face comes right behind the document: when it is looked at, everything is decided, and nothing done yet."""
    raw = bundle(2, content(**REWIRED)).model_dump_json().encode()
    bench.post(ConfigReceived(raw), FaceCompared(99, 3, "ann", 0.15, 0.6, 20, bench.clock.monotonic() - 0.2))
    bench.after(0.3)
    assert bench.cloud.of(EntryGranted) and bench.world.lock_released
    bench.after(8.0)
    assert bench.cloud.reports[-1].phase is Phase.TRIAL, "afterwards it is tried"


def test_nobody_is_let_in_by_a_door_that_is_being_built_anew(station: TwinStation) -> None:
    check_nobody_is_let_in_by_a_door_that_is_being_built_anew(station)


def test_fire_right_behind_the_document_keeps_the_door_free(tmp_path: Path) -> None:
    bench = rooted(tmp_path, layout(detectors={"fire_pin": 5}))
    bench.after(0.5)
    boot, raw = bench.assembly.core.boot, bundle(2, content(detectors={"fire_pin": 5}, **REWIRED)).model_dump_json().encode()
    bench.post(ConfigReceived(raw), LineChanged("fire", True))
    bench.after(3.0)
    assert bench.world.lock_released and bench.assembly.core.boot == boot
    bench.close()


def test_nothing_is_built_anew_while_something_waits_for_the_disk(station: TwinStation) -> None:
    """What is in memory alone would be gone with the parts."""
    loop, inbox = station.assembly.station, station.assembly.inbox
    station.post(ConfigReceived(bundle(2, content(**REWIRED)).model_dump_json().encode()))
    loop.step(inbox.get())
    disk = break_disk(station)
    station.post(ExitPressed(True))
    loop.step(inbox.get())
    loop.drain()
    assert not loop.to_be_rebuilt
    disk.fails = False
    station.after(12.0)
    assert station.cloud.of(ExitRequested) and station.cloud.reports[-1].phase is Phase.TRIAL
