"""The rules of who may sign what, taken out one by one: the attack that each is there for must then get through."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from contract.signing import Kind, Signed
from tests.contract import test_trust_attacks as attacks
from tests.sabotage.twins import Saw

LONG = timedelta(days=99_999)


def nobody_checks_signatures(saw: Saw) -> None:
    saw.setattr("contract.signing.signers", lambda signed, kind, keys: list(keys))


def a_signature_fits_every_kind(saw: Saw) -> None:
    saw.setattr("contract.signing.message", lambda kind, payload: payload.encode())


def any_text_is_read(saw: Saw) -> None:
    saw.setattr("contract.signing.content", _read)


def _read(signed: Signed, kind: Kind) -> object:
    return json.loads(signed.payload)


def one_signature_makes_a_root(saw: Saw) -> None:
    saw.setattr("contract.trust._enough", lambda signed, root: None)


def versions_may_leap(saw: Saw) -> None:
    saw.setattr("contract.trust.LONGEST_LEAP", 2**60)


def delegations_live_for_ever(saw: Saw) -> None:
    saw.setattr("contract.trust.ORDER_LIFE", LONG)
    saw.setattr("contract.trust.ROSTER_LIFE", LONG)


def nothing_is_ever_over(saw: Saw) -> None:
    saw.setattr("contract.trust._in_time", lambda what, issued, expires, now: None)


def ops_keys_are_never_over(saw: Saw) -> None:
    saw.setattr("contract.trust._ops_keys_hold", lambda root, signed_by, now: None)


def roots_are_never_over(saw: Saw) -> None:
    saw.setattr("contract.trust._root_holds", lambda root, now: None)


def roots_of_any_size_are_read(saw: Saw) -> None:
    saw.setattr("contract.trust.LARGEST_ROOT", 2**40)


TWINS: list[tuple[Callable[[Saw], None], Callable[[], None]]] = [
    (nobody_checks_signatures, attacks.test_changed_configuration),
    (nobody_checks_signatures, attacks.test_mix_and_match_of_payload_and_signature),
    (nobody_checks_signatures, attacks.test_a_root_of_other_people_is_none_of_ours),
    (a_signature_fits_every_kind, partial(attacks.test_mix_and_match_of_kinds, Kind.ORDER)),
    (any_text_is_read, partial(attacks.test_a_hostile_text_is_refused_whoever_signed_it, "[" * 16_000)),
    (one_signature_makes_a_root, attacks.test_one_stolen_root_key_makes_no_root),
    (versions_may_leap, attacks.test_fast_forward_to_the_highest_version),
    (delegations_live_for_ever, attacks.test_delegation_that_lives_too_long),
    (nothing_is_ever_over, attacks.test_freeze_at_an_old_configuration_ends_with_its_time),
    (nothing_is_ever_over, attacks.test_expired_delegation),
    (nothing_is_ever_over, attacks.test_document_of_tomorrow),
    (ops_keys_are_never_over, attacks.test_expired_ops_key),
    (roots_are_never_over, attacks.test_freeze_at_an_old_root_ends_with_its_time),
    (roots_of_any_size_are_read, attacks.test_endless_roots_are_not_parsed),
]


@pytest.mark.parametrize(("without", "attack"), TWINS, ids=lambda value: getattr(value, "__name__", "attack"))
def test_without_the_rule_the_attack_gets_through(monkeypatch: Saw, without: Callable[[Saw], None], attack: Callable[[], None]) -> None:
    with monkeypatch.context() as saw:
        without(saw)
        with pytest.raises((AssertionError, RecursionError, pytest.fail.Exception)):
            attack()
    attack()
