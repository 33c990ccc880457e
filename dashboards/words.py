"""What is said in both languages, and the words and colours that numbers get. Colour never stands alone: each has a word or a sign."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A folder of dashboards each."""

    ZH = "zh"
    EN = "en"

    @property
    def other(self) -> Language:
        return Language.EN if self is Language.ZH else Language.ZH


@dataclass(frozen=True)
class Text:
    """The same said twice."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        return self.zh if language is Language.ZH else self.en

    def __add__(self, other: Text) -> Text:
        return Text(self.en + other.en, self.zh + other.zh)


class Colour(StrEnum):
    """Of Grafana's palette; those that differ in lightness too, so that they can be told apart without hue."""

    WELL = "green"
    WARN = "orange"
    ILL = "dark-red"
    QUIET = "blue"
    GREY = "#8e8e8e"


@dataclass(frozen=True)
class Word:
    """What is shown in place of a number or a word of the store."""

    value: str
    text: Text
    colour: Colour


@dataclass(frozen=True)
class Step:
    """From this value on (None: from the start) this colour."""

    above: float | None
    colour: Colour


PLAIN = (Step(None, Colour.QUIET),)
"""A number that is neither good nor bad."""
WELL = (Step(None, Colour.WELL),)


def ill_from(value: float) -> tuple[Step, ...]:
    """Green below, red from it on."""
    return (Step(None, Colour.WELL), Step(value, Colour.ILL))


def warn_ill(warn: float, ill: float) -> tuple[Step, ...]:
    """Green, orange, red."""
    return (Step(None, Colour.WELL), Step(warn, Colour.WARN), Step(ill, Colour.ILL))


def ill_below(value: float) -> tuple[Step, ...]:
    """Red below, green from it on."""
    return (Step(None, Colour.ILL), Step(value, Colour.WELL))


STANDING = (
    Word("0", Text("● online", "● 在线"), Colour.WELL),
    Word("1", Text("▲ late", "▲ 迟报"), Colour.WARN),
    Word("2", Text("✖ lost", "✖ 失联"), Colour.ILL),
    Word("3", Text("■ stopped", "■ 已停机"), Colour.QUIET),
    Word("4", Text("? unknown", "? 未知"), Colour.GREY),
)
"""Of the codes in contract.series.STANDINGS; a test compares them."""
HEALTH = (Word("0", Text("✖ ill", "✖ 故障"), Colour.ILL), Word("1", Text("● well", "● 正常"), Colour.WELL))
ACTIVE = (Word("0", Text("● cleared", "● 已解除"), Colour.WELL), Word("1", Text("✖ raised", "✖ 已触发"), Colour.ILL))
ALARM = (Word("0", Text("fault", "故障"), Colour.WARN), Word("1", Text("✖ alarm", "✖ 告警"), Colour.ILL))
NO_NEWS = Text("no news", "无数据")
NONE = Text("none", "无")
NEVER = Text("Never red.", "不会变红。")
CLICK = Text("A click on the name opens the station.", "点击站点名打开详情。")
NO_HOUR = Text("no full hour in this time", "此时段无整点数据")
NOBODY = Text("nothing to show: all is well, unless numbers on this dashboard say “no news”", "无可显示：除非本看板数字为“无数据”，否则一切正常")
"""An empty list and an unknown one look the same to a query; the numbers beside tell them apart."""
