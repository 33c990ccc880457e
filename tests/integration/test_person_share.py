"""`kiosk person invite | share | receive`: two folders, two configurations, and an operator who carries files; every wrong step is refused in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import yaml

from cli.person import main
from contract.consent import ConsentBy
from contract.envelope import ClockState
from contract.roster import FaceRight, Person
from edge.adapters.kiosk_web.notice import sharing_version
from edge.adapters.store.ledger import SqliteLedger
from edge.domain.face_messages import Consent, Standing, StoreConsent
from edge.domain.records import StoreRoster
from edge.faces.shapes import unit
from edge.faces.vault import Terms, Vault
from edge.ports import Stamp
from tests.integration import canary
from twin.station import roster

pytestmark = [pytest.mark.faces]
CODE = re.compile(r"^Code, .*: (\S+)$", re.MULTILINE)
STAMP = Stamp("0000000b", datetime(2026, 11, 21, tzinfo=UTC), 1.0, ClockState.TRUSTED)
TEMPLATE = unit(np.random.default_rng(7).normal(size=128))
SAID = ["--consent-on-paper", "Ms Chen", "--notice", sharing_version(), "--language", "en"]


@dataclass
class Desk:
    """Both stations and the stick between them."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __post_init__(self) -> None:
        for station in ("st-1", "st-2"):
            (self.folder / station).mkdir()
            self.configure(station, True)
        (self.folder / "stick").mkdir()
        vault = Vault(self.folder / "st-1")
        vault.put("p-1", TEMPLATE, "dlib", "2026-11-01", Terms("0badcafe0001", "zh", 4, "visitor"))
        vault.close()

    def configure(self, station: str, sharing: bool | None) -> None:
        identity = {} if sharing is None else {"identity": {"template_sharing": sharing}}
        (self.folder / f"{station}.yaml").write_text(yaml.safe_dump({"station": station, "name": station, **identity}))

    def run(self, station: str, verb: str, *words: str) -> tuple[int, str, str]:
        code = main([verb, "--folder", str(self.folder / station), "--config", str(self.folder / f"{station}.yaml"), *words])
        told = self.capsys.readouterr()
        return code, told.out, told.err

    def stick(self, name: str) -> str:
        return str(self.folder / "stick" / name)

    def invite(self, name: str = "invitation", person: str = "p-1") -> str:
        """The code."""
        code, out, err = self.run("st-2", "invite", "--person", person, "--out", self.stick(name))
        assert code == 0, err
        return str(CODE.findall(out)[0])

    def share(self, code: str, name: str = "package", *words: str, invitation: str = "invitation") -> tuple[int, str, str]:
        return self.run("st-1", "share", "--person", "p-1", self.stick(invitation), "--code", code, "--out", self.stick(name), *(words or SAID))

    def package(self) -> str:
        """The code of a package that would be taken."""
        code, out, err = self.share(self.invite())
        assert code == 0, err
        return str(CODE.findall(out)[0])

    def package_for(self, code: str) -> str:
        return str(CODE.findall(self.share(code)[1])[0])

    def run_show(self, station: str) -> tuple[int, str, str]:
        code = main(["show", "--folder", str(self.folder / station), "--person", "p-1"])
        told = self.capsys.readouterr()
        return code, told.out, told.err

    def receive(self, code: str, name: str = "package") -> tuple[int, str, str]:
        return self.run("st-2", "receive", self.stick(name), "--code", code)

    def refused(self, did: tuple[int, str, str], words: str) -> None:
        assert did[0] == 1 and words in did[2], did

    def state(self, station: str) -> list[tuple[object, ...]]:
        vault = Vault(self.folder / station)
        tables = ("template", "sharing", "invitation", "transfer", "receipt")
        found = [row for table in tables for row in vault.file.db.execute(f"SELECT * FROM {table}")]
        vault.close()
        return found

    def ledger(self, station: str, *records: StoreConsent | StoreRoster) -> None:
        """As an agent that ran there left it."""
        ledger = SqliteLedger(self.folder / station, station)
        ledger.commit([], records, STAMP)
        ledger.close()


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_there_and_shown_at_both_ends(desk: Desk) -> None:
    code = desk.invite()
    done, out, err = desk.share(code)
    assert done == 0, err
    assert "Destination: station st-2" in out and f"p-1 agreed on {date.today()} to a copy at st-2, notice {sharing_version()}" in out
    done, out, err = desk.receive(CODE.findall(out)[0])
    assert done == 0, err
    assert "a template from st-1 is kept here" in out
    _, shown, _ = desk.run_show("st-1")
    assert f"p-1: a sealed copy was handed over for st-2 on {date.today()}" in shown
    _, shown, _ = desk.run_show("st-2")
    assert all(words in shown for words in ("one template of 4 pictures", "taken down by Ms Chen at st-1", "taken in from st-1", sharing_version()))
    vault = Vault(desk.folder / "st-2")
    kept = vault.one("p-1")
    vault.close()
    assert kept is not None and kept.template is not None and np.array_equal(kept.template, TEMPLATE)


def test_no_template_is_in_any_file_in_clear(desk: Desk) -> None:
    assert desk.receive(desk.package())[0] == 0
    files = list(canary.files(desk.folder))
    assert len(files) > 6
    needles = canary.of_template(TEMPLATE) | {"who answers for it": b"Ms Chen"}
    assert canary.hits(files, needles) == []
    (desk.folder / "stick" / "leak").write_bytes(b"..." + TEMPLATE.tobytes())
    assert canary.hits(canary.files(desk.folder), needles) != [], "the search finds one where it is"


def test_the_files_are_for_their_owner_alone_and_overwrite_nothing(desk: Desk) -> None:
    code = desk.invite()
    assert {path.stat().st_mode & 0o777 for path in (desk.folder / "stick").iterdir()} == {0o600}
    desk.refused(desk.run("st-2", "invite", "--person", "p-2", "--out", desk.stick("invitation")), "exists already")
    desk.refused(desk.share(code, "invitation"), "exists already")
    desk.refused(desk.run("st-2", "invite", "--person", "p-2", "--out", desk.stick("none/invitation")), "no folder")


def check_off_means_off(desk: Desk) -> None:
    """By default, and also where it was on before."""
    code = desk.package()
    for station, sharing in (("st-1", None), ("st-2", None), ("st-1", False), ("st-2", False)):
        desk.configure(station, sharing)
    before = desk.state("st-1"), desk.state("st-2")
    desk.refused(desk.run("st-2", "invite", "--person", "p-2", "--out", desk.stick("new")), "identity.template_sharing is off")
    desk.refused(desk.share(code, "new"), "identity.template_sharing is off")
    desk.refused(desk.receive(code), "identity.template_sharing is off")
    assert (desk.state("st-1"), desk.state("st-2")) == before


def test_off_means_off(desk: Desk) -> None:
    check_off_means_off(desk)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (["--language", "en"], "ask p-1 for a consent to a copy at st-2 by itself"),
        (["--consent-on-paper", "Ms Chen"], "ask p-1 for a consent"),
        (["--notice", sharing_version()], "ask p-1 for a consent"),
        (["--consent-on-paper", " ", "--notice", sharing_version()], "ask p-1 for a consent"),
        (["--consent-on-paper", "Ms Chen", "--notice", "0badcafe0001"], f"in force has the version {sharing_version()}"),
    ],
)
def test_without_the_second_consent_nothing_is_sealed(desk: Desk, said: list[str], words: str) -> None:
    code = desk.invite()
    before = desk.state("st-1")
    desk.refused(desk.share(code, "package", *said), words)
    assert desk.state("st-1") == before
    assert not Path(desk.stick("package")).exists()


def test_what_an_operator_signs_is_printed_with_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    for language, words in (("en", "16 or older"), ("zh", "年满 16 岁")):
        assert main(["sharing-notice", "--language", language]) == 0
        told = capsys.readouterr().out
        assert words in told and sharing_version() in told


def test_an_exchanged_or_changed_file_is_refused(desk: Desk) -> None:
    code = desk.invite()
    thief = desk.folder / "stick" / "thief"
    mine = Path(desk.stick("invitation")).read_text()
    thief.write_text(re.sub(r'"public_key": "..', '"public_key": "ab', mine) if '"public_key": "ab' not in mine else mine.replace('"ab', '"cd'))
    desk.refused(desk.share(code, invitation="thief"), "the code does not belong to this invitation")
    package = desk.package_for(code)
    path = Path(desk.stick("package"))
    path.write_bytes(path.read_bytes().replace(b'"language": "en"', b'"language": "zh"'))
    before = desk.state("st-2")
    desk.refused(desk.receive(package), "the code does not belong to this package")
    desk.refused(desk.receive(package, "nothing"), "No such file")
    assert desk.state("st-2") == before


def test_a_package_is_taken_in_once(desk: Desk) -> None:
    code = desk.package()
    assert desk.receive(code)[0] == 0
    before = desk.state("st-2")
    desk.refused(desk.receive(code), "a package opens once")
    assert desk.state("st-2") == before
    assert main(["forget", "--folder", str(desk.folder / "st-2"), "--person", "p-1"]) == 0
    desk.capsys.readouterr()
    desk.refused(desk.receive(code), "a package opens once")


def test_it_goes_to_no_other_station(desk: Desk) -> None:
    code = desk.package()
    before = desk.state("st-1")
    desk.refused(desk.run("st-1", "receive", desk.stick("package"), "--code", code), "is for st-2; this station is st-1")
    assert desk.state("st-1") == before


def word(standing: Standing, day: date) -> StoreConsent:
    return StoreConsent(Consent("p-1", standing, ConsentBy.VISITOR, "0badcafe0001", "zh", day.isoformat()))


@pytest.mark.parametrize("standing", [Standing.WITHDRAWN, Standing.REFUSED])
@pytest.mark.parametrize("ago", [0, 1])
def test_whoever_said_no_there_comes_in_only_on_a_later_consent(desk: Desk, standing: Standing, ago: int) -> None:
    code = desk.package()
    desk.ledger("st-2", word(standing, date.today() - timedelta(days=ago)))
    before = desk.state("st-2")
    if ago:
        assert desk.receive(code)[0] == 0
        return
    desk.refused(desk.receive(code), f"p-1 has {standing.value} a face here, on {date.today()}")
    assert desk.state("st-2") == before


@pytest.mark.parametrize("people", [[Person(person="p-1", face=FaceRight.WITHDRAWN)], [Person(person="p-2")]], ids=["withdrawn at the desk", "not known"])
def test_whoever_may_have_no_face_there_does_not_come_in(desk: Desk, people: list[Person]) -> None:
    code = desk.package()
    desk.ledger("st-2", StoreRoster(2, roster(*people, version=2)))
    before = desk.state("st-2")
    desk.refused(desk.receive(code), "no face of p-1 may be kept")
    desk.refused(desk.run("st-2", "invite", "--person", "p-1", "--out", desk.stick("new")), "no face of p-1 may be kept")
    assert desk.state("st-2") == before


def test_whoever_took_it_back_is_not_given_away(desk: Desk) -> None:
    """The face is not erased yet, because the face process is away."""
    code = desk.invite()
    desk.ledger("st-1", word(Standing.WITHDRAWN, date.today()))
    desk.refused(desk.share(code), "p-1 has withdrawn the consent here")
    desk.ledger("st-1", word(Standing.GIVEN, date.today()), StoreRoster(2, roster(Person(person="p-1", face=FaceRight.WITHDRAWN), version=2)))
    desk.refused(desk.share(code), "no face of p-1 may be kept")
    assert not Path(desk.stick("package")).exists()


def test_a_ledger_that_cannot_be_read_lets_nothing_through(desk: Desk) -> None:
    code = desk.package()
    (desk.folder / "st-2" / "ledger.db").write_bytes(b"rubbish" * 999)
    desk.refused(desk.receive(code), "ledger.db cannot be read")


def test_another_engine_is_refused_before_anything_is_sealed(desk: Desk) -> None:
    vault = Vault(desk.folder / "st-1")
    vault.put("p-1", TEMPLATE, "sface", "2026-11-01", Terms("0badcafe0001", "zh", 4, "visitor"))
    vault.close()
    desk.refused(desk.share(desk.invite()), "uses the engine dlib, this template is of sface")


# ---- sabotage: without the rule its test turns red


def test_without_the_gate_off_would_not_mean_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from cli import person_share

    config = person_share._config
    with monkeypatch.context() as saw:
        on = {"template_sharing": True}
        saw.setattr(person_share, "_config", lambda path: (lambda c: c.model_copy(update={"identity": c.identity.model_copy(update=on)}))(config(path)))
        with pytest.raises(AssertionError):
            check_off_means_off(desk)
