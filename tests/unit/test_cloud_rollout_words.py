"""The console has a word, in both languages, for all that a rollout, a configuration, an order and a role can be; and its buttons are for whom the
cloud lets."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from cloud.api.roles import ORDERS, TABLE, Need
from cloud.domain.callers import Role
from cloud.domain.judging import Judgement
from cloud.domain.orders import OrderState
from cloud.domain.rollout import RolloutState, WaveState
from cloud.domain.rollout_acts import FROM, Act
from cloud.domain.seats import SeatState
from contract.configuration import Phase
from contract.orders import OrderKind
from contract.signing import Flaw

ROOT = Path(__file__).parent.parent.parent
STATIC = ROOT / "cloud/console/static"
FILES = {name: (STATIC / name).read_text(encoding="utf-8") for name in ("words.js", "rollout_words.js", "orders.js")}
LANGUAGES = {
    "words.js": dict(zip(("en", "zh"), FILES["words.js"].split("const ZH = "), strict=True)),
    "rollout_words.js": dict(zip(("en", "zh"), FILES["rollout_words.js"].split("\n  zh: {"), strict=True)),
}
TABLES: list[tuple[str, str, tuple[type[StrEnum], ...]]] = [
    ("rollout_words.js", "state", (RolloutState, WaveState, SeatState)), ("rollout_words.js", "verdict", (Judgement,)),
    ("rollout_words.js", "phases", (Phase,)), ("rollout_words.js", "act", (Act,)), ("rollout_words.js", "ask", (Act,)), ("rollout_words.js", "note", (Act,)),
    ("words.js", "role", (Role,)), ("words.js", "flaw", (Flaw,)), ("words.js", "order: kind", (OrderKind,)), ("words.js", "order: state", (OrderState,)),
]  # fmt: skip
REFUSALS = {"step_up_needed", "human_needed", "role_too_low"}


def keys(text: str, name: str) -> set[str]:
    """Of one table of texts; `order: kind` is the table `kind` within `order`."""
    for step in name.split(": "):
        at = re.search(rf"\b{step}: \{{", text)
        assert at, f"no words for {name}"
        text = text[at.end() :]
    return set(re.findall(r"\b([a-z_]+): [\"(]", text[: text.index("}")] if "`" not in text[: text.index("}")] else text.splitlines()[0]))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("file", "name", "enums"), TABLES, ids=[name for _, name, _ in TABLES])
def test_everything_has_a_word(file: str, name: str, enums: tuple[type[StrEnum], ...], language: str) -> None:
    assert {member.value for enum in enums for member in enum} - keys(LANGUAGES[file][language], name) == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_refusal_has_words(language: str) -> None:
    assert keys(LANGUAGES["words.js"][language], "order: refusal") == REFUSALS | {"not_your_district"}
    assert keys(LANGUAGES["rollout_words.js"][language], "refusal") == REFUSALS


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_notice_about_keys_has_words(language: str) -> None:
    codes = set(re.findall(r"\"((?:delegation|root|ops_key)_[a-z_]+)\"", (ROOT / "cloud/domain/delegations.py").read_text(encoding="utf-8")))
    assert codes and codes - keys(LANGUAGES["words.js"][language], "warning") == set()


def test_every_state_has_a_sign() -> None:
    signs = set(re.findall(r"\b([a-z_]+): \[", FILES["rollout_words.js"].split("FROM")[0]))
    assert {member.value for enum in (RolloutState, WaveState, SeatState, Judgement, Phase) for member in enum} - signs == set()


def test_acts_are_offered_when_and_to_whom_the_cloud_allows_them() -> None:
    found = lists(FILES["rollout_words.js"], "FROM")
    assert {act: sorted(states) for act, states in found.items()} == {act.value: sorted(states) for act, states in FROM.items()}
    needs = {act: TABLE[f"POST /rollouts/{{id}}/{act.value}"] for act in Act}
    told = re.search(r"MAY = (\[.*?\]).*AGAIN = (\[.*?\])", FILES["rollout_words.js"], re.DOTALL)
    assert told and {tuple(who(need)) for need in needs.values()} == {tuple(strings(told[1]))}
    assert sorted(strings(told[2])) == sorted(act.value for act, need in needs.items() if need.step_up)


def test_orders_are_offered_to_whom_the_cloud_lets_give_them() -> None:
    offered = lists(FILES["orders.js"], "MAY")
    assert {kind: sorted(roles) for kind, roles in offered.items()} == {kind: sorted(who(ORDERS[kind])) for kind in offered}
    assert set(offered) | {"refresh_roster"} == {kind.value for kind in OrderKind}


def who(needed: Need) -> list[str]:
    return [role.value for role in Role if needed.least and role.includes(needed.least)]


def lists(text: str, name: str) -> dict[str, list[str]]:
    """The object `name`, whose values are lists of texts."""
    found = re.search(rf"const {name} = \{{(.*?)\}};", text, re.DOTALL)
    assert found
    return {key: strings(values) for key, values in re.findall(r"(\w+): (\[.*?\])", found[1])}


def strings(text: str) -> list[str]:
    return re.findall(r"\"([a-z_]+)\"", text)
