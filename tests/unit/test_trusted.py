"""The root in force at a station (edge/domain/trusted.py): one that could not be recorded was never learned."""

from __future__ import annotations

from contract.signing import Kind
from edge.domain.config_records import StoreRoot
from edge.domain.trusted import Trusted
from tests.contract.signed_examples import ROOT, ROOT_KEYS, signed

NEXT = signed(Kind.ROOT, ROOT.model_copy(update={"version": 2}), *ROOT_KEYS[:2])


def test_a_root_that_could_not_be_recorded_is_learned_again() -> None:
    trusted = Trusted(ROOT)
    assert trusted.learn([NEXT]).records
    trusted.revoke()
    assert trusted.version == 1
    [record] = trusted.learn([NEXT]).records
    assert isinstance(record, StoreRoot) and record.version == trusted.version == 2
    trusted.recorded()
    trusted.revoke()
    assert trusted.version == 2 and not trusted.learn([NEXT]).records


def test_without_a_root_none_is_learned() -> None:
    trusted = Trusted(None)
    assert not trusted.learn([NEXT]).records and trusted.version == 0
