"""Refused input (edge/domain/intake.py): a flood fills no ledger, under however many names it comes."""

from __future__ import annotations

from contract.facts import InputRefused
from edge.domain.intake import OTHERS, SOURCES, Intake


def test_one_source_is_told_at_once_and_then_once_a_minute() -> None:
    intake = Intake()
    told = [fact for n in range(3600) for fact in intake.refuse("cmd", "bad", n / 60).facts]
    assert len(told) == 1 and not intake.tick(59.9).facts
    [fact] = intake.tick(60.0).facts
    assert isinstance(fact, InputRefused) and (fact.source, fact.count) == ("cmd", 3599)


def test_a_flood_under_endless_names_is_told_as_one() -> None:
    intake = Intake()
    told = [fact for n in range(10_000) for fact in intake.refuse(f"ss/v1/55/st-1/{n}", "no topic", n / 1000).facts]
    assert len(told) <= SOURCES + 1 and intake.total == 10_000
    rest = intake.tick(100.0).facts
    assert [(fact.source, fact.count) for fact in rest if isinstance(fact, InputRefused)] == [(OTHERS, 10_000 - SOURCES - 1)]
