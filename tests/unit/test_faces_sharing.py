"""A template for one other station: only after a second consent, only for that station, that person and that time, and once."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from edge.faces import parcel, seal
from edge.faces.parcel import Invitation, Package, ParcelRefused
from edge.faces.shapes import Vector, unit
from edge.faces.sharing import Sharing
from edge.faces.vault import Terms, Vault, VaultRefused

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY, NOTICE = "2026-11-21", "0badcafe0002"
HOUR = timedelta(hours=1)


def template(seed: int) -> Vector:
    return unit(np.random.default_rng(seed).normal(size=128))


@dataclass
class Pair:
    """st-1 keeps p-1 and p-2; st-2 keeps nobody; st-3 is somebody else's."""

    folder: Path

    def __post_init__(self) -> None:
        self.vaults = {name: Vault(self.folder / name) for name in ("st-1", "st-2", "st-3")}
        self.one, self.other, self.third = (Sharing(vault) for vault in self.vaults.values())
        for seed, person in enumerate(("p-1", "p-2")):
            self.vaults["st-1"].put(person, template(seed), "dlib", "2026-11-01", Terms("0badcafe0001", "zh", 4, "visitor"))

    def invitation(self, person: str = "p-1") -> Invitation:
        return self.other.invite(person, "st-2", "dlib", NOW)

    def package(self, person: str = "p-1", invitation: Invitation | None = None) -> Package:
        """All that must be done, at the station that gives."""
        invited = invitation or self.invitation(person)
        self.one.agree(person, invited.station, NOTICE, DAY)
        return self.one.seal(person, invited, "st-1", "zh", "Ms Chen", NOW + HOUR)

    def takes(self, package: Package, at: datetime = NOW + 2 * HOUR, station: str = "st-2", engine: str = "dlib") -> None:
        self.other.receive(package, station, engine, at, lambda person, vector: False)

    def state(self) -> list[tuple[object, ...]]:
        """All that the vault of st-2 holds."""
        db = self.vaults["st-2"].file.db
        return [row for table in ("template", "invitation", "transfer", "receipt") for row in db.execute(f"SELECT * FROM {table}")]

    def refuses(self, package: Package, words: str, **how: object) -> None:
        before = self.state()
        with pytest.raises((VaultRefused, ParcelRefused), match=words):
            self.takes(package, **how)  # type: ignore[arg-type]
        assert self.state() == before, "nothing was changed"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    for vault in made.vaults.values():
        vault.close()


def test_what_one_station_gives_the_other_keeps_with_its_own_terms(pair: Pair) -> None:
    package = pair.package()
    pair.takes(package)
    kept = pair.vaults["st-2"].one("p-1")
    assert kept is not None and kept.template is not None and np.array_equal(kept.template, template(0))
    assert kept.terms == Terms(NOTICE, "zh", 4, "elsewhere", accepted_by="Ms Chen", origin="st-1", said_on=DAY)
    assert (kept.made_on, kept.seen_on) == ("2026-11-01", DAY), "the day it came counts as a visit"
    assert [(one.station, one.given, one.number) for one in pair.one.transfers("p-1")] == [("st-2", True, package.number)]
    assert [(one.station, one.given, one.number) for one in pair.other.transfers()] == [("st-1", False, package.number)]


def test_neither_file_nor_vault_shows_a_template_or_a_name(pair: Pair, tmp_path: Path) -> None:
    package = pair.package()
    content = parcel.write(package) + package.seal()
    pair.takes(package)
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for form in (template(0).tobytes(), template(0).astype(np.float64).tobytes(), f"{template(0)[0]:.6f}".encode(), b"Ms Chen"):
        assert form not in content and form not in on_disk


# ---- at the station that gives


def test_nothing_is_sealed_without_a_second_consent_for_that_station(pair: Pair) -> None:
    invitation = pair.invitation()
    pair.one.agree("p-1", "st-3", NOTICE, DAY)
    pair.one.agree("p-2", "st-2", NOTICE, DAY)
    with pytest.raises(VaultRefused, match="p-1 has not agreed to a template at st-2"):
        pair.one.seal("p-1", invitation, "st-1", "zh", "Ms Chen", NOW)
    assert pair.one.transfers() == []


def test_forgetting_takes_the_second_consent_along(pair: Pair) -> None:
    invitation = pair.invitation()
    pair.one.agree("p-1", "st-2", NOTICE, DAY)
    pair.vaults["st-1"].forget("p-1")
    with pytest.raises(VaultRefused, match="no sound template"):
        pair.one.seal("p-1", invitation, "st-1", "zh", "Ms Chen", NOW)
    pair.vaults["st-1"].put("p-1", template(0), "dlib", DAY, Terms("0badcafe0001", "zh", 4, "visitor"))
    with pytest.raises(VaultRefused, match="has not agreed"):
        pair.one.seal("p-1", invitation, "st-1", "zh", "Ms Chen", NOW)


def test_where_a_copy_went_is_still_told_after_forgetting(pair: Pair) -> None:
    pair.package()
    pair.vaults["st-1"].forget("p-1")
    assert [one.station for one in pair.one.transfers("p-1")] == ["st-2"]


INVITATIONS = {
    "another person": ({"person": "p-2"}, "is for p-2, not for p-1"),
    "ourselves": ({"station": "st-1"}, "of st-1 itself"),
    "expired": ({"expires": parcel.seconds(NOW) - 1}, "expired"),
    "for ever": ({"expires": parcel.seconds(NOW + timedelta(days=30))}, "longer than 7 days"),
    "another engine": ({"engine": "sface"}, "uses the engine sface"),
}


@pytest.mark.parametrize(("change", "words"), INVITATIONS.values(), ids=INVITATIONS)
def test_an_invitation_that_does_not_fit_is_refused(pair: Pair, change: dict[str, object], words: str) -> None:
    invitation = pair.invitation().model_copy(update=change)
    pair.one.agree("p-1", "st-2", NOTICE, DAY)
    with pytest.raises(VaultRefused, match=words):
        pair.one.seal("p-1", invitation, "st-1", "zh", "Ms Chen", NOW)
    assert pair.one.transfers() == []


def test_a_key_that_is_none_is_refused(pair: Pair) -> None:
    invitation = pair.invitation().model_copy(update={"public_key": "0" * 64})
    with pytest.raises(VaultRefused, match="no public key"):
        pair.package(invitation=invitation)


def test_nobody_is_invited_who_is_here_or_for_longer_than_a_week(pair: Pair) -> None:
    with pytest.raises(VaultRefused, match="is kept here already"):
        pair.one.invite("p-1", "st-1", "dlib", NOW)
    with pytest.raises(VaultRefused, match="7 days at most"):
        pair.other.invite("p-1", "st-2", "dlib", NOW, timedelta(days=8))


# ---- at the station that invited: each attack


def test_a_package_opens_once(pair: Pair) -> None:
    package = pair.package()
    pair.takes(package)
    pair.refuses(package, "taken in on 2026-11-21; a package opens once")
    pair.vaults["st-2"].forget("p-1")
    pair.refuses(package, "a package opens once")
    pair.refuses(pair.package(invitation=pair.invitation()).model_copy(update={"number": package.number}), "opens once")


def test_a_package_for_another_station_is_refused(pair: Pair) -> None:
    package = pair.package()
    pair.refuses(package, "is for st-2; this station is st-3", station="st-3")
    elsewhere = pair.package(invitation=pair.third.invite("p-1", "st-3", "dlib", NOW))
    pair.refuses(elsewhere, "is for st-3")
    number = pair.invitation().number
    pair.refuses(elsewhere.model_copy(update={"destination": "st-2", "number": number}), "cannot be opened")


def test_a_package_under_another_name_is_refused(pair: Pair) -> None:
    package = pair.package("p-2")
    pair.refuses(package.model_copy(update={"person": "p-1"}), "not what was invited")
    invited = pair.invitation("p-1")
    pair.refuses(package.model_copy(update={"person": "p-1", "number": invited.number}), "cannot be opened")


def test_a_package_that_comes_late_or_before_its_time_is_refused(pair: Pair) -> None:
    package = pair.package()
    pair.refuses(package, "invite anew", at=NOW + timedelta(days=7, seconds=1))
    pair.refuses(package.model_copy(update={"expires": package.expires + 86_400}), "not what was invited", at=NOW + timedelta(days=7, seconds=1))
    pair.refuses(package, "invite anew", at=NOW - HOUR)
    pair.takes(package, at=NOW + timedelta(days=7))


def test_a_consent_of_a_day_to_come_is_refused(pair: Pair) -> None:
    invitation = pair.invitation()
    pair.one.agree("p-1", "st-2", NOTICE, "2027-01-01")
    pair.refuses(pair.one.seal("p-1", invitation, "st-1", "zh", "Ms Chen", NOW), "still to come")


def test_a_template_of_another_engine_is_refused(pair: Pair) -> None:
    package = pair.package()
    pair.refuses(package, "of the engine dlib, this station uses sface", engine="sface")
    pair.refuses(package.model_copy(update={"engine": "sface"}), "cannot be opened", engine="sface")


def test_whoever_was_forgotten_does_not_come_back_by_a_package_that_was_on_its_way(pair: Pair) -> None:
    package = pair.package()
    pair.vaults["st-2"].forget("p-1")
    pair.refuses(package, "no open invitation")


def test_a_new_invitation_takes_back_the_one_before(pair: Pair) -> None:
    package = pair.package()
    pair.invitation()
    pair.refuses(package, "no open invitation")


def test_a_face_that_is_here_is_not_replaced(pair: Pair) -> None:
    package = pair.package()
    pair.vaults["st-2"].put("p-1", template(9), "dlib", DAY, Terms("0badcafe0001", "zh", 3, "visitor"))
    pair.refuses(package, "is kept here already")
    kept = pair.vaults["st-2"].one("p-1")
    assert kept is not None and kept.template is not None and np.array_equal(kept.template, template(9))


FIELDS: dict[str, object] = {
    "source": "st-9", "made_on": "2026-11-02", "notice": "0badcafe0009", "language": "en", "agreed_on": "2026-11-20",
    "sender": "11" * 32, "sealed": "AAAA",
}  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_can_be_changed(pair: Pair, name: str) -> None:
    pair.refuses(pair.package().model_copy(update={name: FIELDS[name]}), "cannot be opened")


def test_every_field_is_looked_at() -> None:
    elsewhere = {"kind", "number", "destination", "person", "engine", "expires"}
    assert set(Package.model_fields) == set(FIELDS) | elsewhere


def test_a_damaged_seal_is_refused(pair: Pair) -> None:
    package = pair.package()
    for at in (0, 20, len(package.seal()) - 1):
        broken = bytearray(package.seal())
        broken[at] ^= 1
        pair.refuses(package.model_copy(update={"sealed": base64.b64encode(broken).decode()}), "cannot be opened")
    pair.refuses(package.model_copy(update={"sealed": "A==="}), "damaged|cannot be opened")


def test_a_template_of_another_length_is_refused(pair: Pair) -> None:
    pair.vaults["st-1"].put("p-9", unit(np.ones(64)), "dlib", DAY, Terms("0badcafe0001", "zh", 3, "visitor"))
    pair.refuses(pair.package("p-9"), "another form")


# ---- the files


def test_the_code_belongs_to_every_byte(pair: Pair) -> None:
    content = parcel.write(pair.package())
    code = parcel.code(content)
    assert parcel.read(Package, content, code.lower().replace("-", " ")) == parcel.read(Package, content, code)
    for at in (0, 100, len(content) - 1):
        changed = bytearray(content)
        changed[at] ^= 1
        with pytest.raises(ParcelRefused, match="the code does not belong"):
            parcel.read(Package, bytes(changed), code)


def test_a_package_of_somebody_who_found_the_invitation_has_another_code(pair: Pair) -> None:
    """Whoever has an invitation can seal anything for it: only the code tells that it was not the station that was asked."""
    invitation = pair.invitation()
    right = parcel.write(pair.package(invitation=invitation))
    pair.third.vault.put("p-1", template(66), "dlib", DAY, Terms("0badcafe0001", "zh", 3, "visitor"))
    pair.third.agree("p-1", "st-2", NOTICE, DAY)
    forged = parcel.write(pair.third.seal("p-1", invitation, "st-1", "zh", "Ms Chen", NOW))
    with pytest.raises(ParcelRefused, match="the code does not belong"):
        parcel.read(Package, forged, parcel.code(right))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff\x00", b'{"kind": "smart-station package 1"}', b"x" * 70_000, b"[" * 60_000])
def test_a_file_that_is_none_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(ParcelRefused, match="this is no package"):
        parcel.read(Package, content, parcel.code(content))


@pytest.mark.parametrize("day", ["2026-99-99", "2026-11-31"])
def test_a_day_that_is_none_is_refused(pair: Pair, day: str) -> None:
    content = parcel.write(pair.package().model_copy(update={"agreed_on": day}))
    with pytest.raises(ParcelRefused, match="agreed_on"):
        parcel.read(Package, content, parcel.code(content))


def test_an_invitation_is_no_package(pair: Pair) -> None:
    content = parcel.write(pair.invitation())
    with pytest.raises(ParcelRefused, match="this is no package"):
        parcel.read(Package, content, parcel.code(content))


# ---- sabotage: without a rule its test turns red


def nothing_is_vouched_for(saw: pytest.MonkeyPatch) -> None:
    saw.setattr(Package, "about", lambda self: {})


def invitations_last(saw: pytest.MonkeyPatch) -> None:
    saw.setattr(Sharing, "_expected", lambda self, *_: None)


def any_code_will_do(saw: pytest.MonkeyPatch) -> None:
    saw.setattr("edge.faces.parcel._plain", lambda typed: "")


def anything_opens(saw: pytest.MonkeyPatch) -> None:
    saw.setattr(seal, "check", lambda template: None)
    saw.setattr("edge.faces.sharing.SIZE", 64)


@pytest.mark.parametrize(
    ("without", "check"),
    [
        (nothing_is_vouched_for, lambda pair: test_no_field_can_be_changed(pair, "notice")),
        (invitations_last, test_a_package_that_comes_late_or_before_its_time_is_refused),
        (any_code_will_do, test_a_package_of_somebody_who_found_the_invitation_has_another_code),
        (anything_opens, test_a_template_of_another_length_is_refused),
    ],
)
def test_without_its_rule_the_test_turns_red(pair: Pair, monkeypatch: pytest.MonkeyPatch, without, check) -> None:  # type: ignore[no-untyped-def]
    with monkeypatch.context() as saw:
        without(saw)
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            check(pair)
