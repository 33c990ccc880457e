"""What every dashboard has around its panels: the choice of place, links that keep it, marks of what changed. Lays panels on the grid."""

from __future__ import annotations

from grafana_foundation_sdk.models import dashboard as g

from contract.series import Measurement, Tag
from dashboards import render
from dashboards.influxql import PLACES, SOURCE, STATIONS, Query, events, values
from dashboards.panels import Board, Row
from dashboards.words import Colour, Language, Text

COLUMNS = 24
CONSOLE = "http://127.0.0.1:8000"
"""Where the cloud's own console is, unless the link that led here says otherwise with `var-console`."""
ZONE = "Asia/Shanghai"
"""Whose days are counted; `var-zone` changes it."""
ALL = g.VariableOption(selected=True, text="All", value="$__all")
OVERVIEW = "fleet"
SCHEMA = 41
"""The SDK writes 42 (Grafana 12.2). What 42 changed is not used here, so 41 serves 12.0 and all later ones, which lift it themselves."""


class Marks(Query):
    """An annotation's query; Grafana reads the columns of text and time from it. `tags`: columns that are shown as tags."""

    def __init__(self, query: str, tags: str) -> None:
        super().__init__(query, ref="Anno")
        self.tags = tags

    def to_json(self) -> dict[str, object]:
        return {**super().to_json(), "queryType": "tags", "fromAnnotations": True, "titleColumn": "title", "textColumn": "text", "tagsColumn": self.tags}


def dashboard(board: Board, language: Language) -> g.Dashboard:
    """The whole of it in one language."""
    return g.Dashboard(
        uid=f"{language.value}-{board.name}", title=board.title.of(language), description=board.answers.of(language), tags=[_tag(language)],
        editable=False, schema_version=SCHEMA, time=g.DashboardDashboardTime(from_val=board.since, to="now"), refresh=board.refresh,
        graph_tooltip=g.DashboardCursorSync.CROSSHAIR,
        timepicker=g.TimePickerConfig(refresh_intervals=["30s", "1m", "5m", "15m"]), panels=_panels(board, language),
        templating=g.DashboardDashboardTemplating(list_val=_variables(board, language)), links=_links(board, language),
        annotations=g.AnnotationContainer(list_val=_annotations(board, language) if board.notes else []),
    )  # fmt: skip


def _tag(language: Language) -> str:
    return f"smart-station-{language.value}"


def _panels(board: Board, language: Language) -> list[g.Panel | g.RowPanel]:
    found: list[g.Panel | g.RowPanel] = []
    y = 0
    for row in board.rows:
        x = 0
        for one, width in zip(row.panels, widths(row), strict=True):
            found.append(render.panel(one, g.GridPos(h=row.height, w=width, x=x, y=y), language))
            x += width
        y += row.height
    return found


def widths(row: Row) -> list[int]:
    """In columns; panels that ask for none share what is left, the first ones get what does not divide."""
    free = [one for one in row.panels if not one.width]
    left = COLUMNS - sum(one.width for one in row.panels)
    shares = iter([left // len(free) + (n < left % len(free)) for n in range(len(free))] if free else [])
    return [one.width or next(shares) for one in row.panels]


def _variables(board: Board, language: Language) -> list[g.VariableModel]:
    found = []
    if board.places:
        found.append(_choice("city", Text("City", "城市"), values(Tag.CITY), language, all_value=".*"))
        found.append(_choice("district", Text("District", "城区"), values(Tag.DISTRICT, '"city" =~ /^${city:regex}$/'), language, all_value=".*"))
    if board.stations:
        found.append(_choice("station", Text("Station", "站点"), values(Tag.STATION, PLACES), language, every=board.stations == "many"))
    found.append(_hidden("console", Text("Console", "控制台"), CONSOLE, language))
    found.append(_hidden("zone", Text("Time zone of days", "日统计时区"), ZONE, language))
    return found


def _choice(name: str, label: Text, query: str, language: Language, all_value: str = "", every: bool = True) -> g.VariableModel:
    """Without an `all_value`, All stands for those in the chosen district, and for no others."""
    return g.VariableModel(
        type_val=g.VariableType.QUERY, name=name, label=label.of(language), query=query, definition=query, datasource=SOURCE, include_all=every,
        all_value=all_value or None, current=ALL if every else None, refresh=g.VariableRefresh.ON_DASHBOARD_LOAD, sort=g.VariableSort.NATURAL_ASC,
        allow_custom_value=False,
    )  # fmt: skip


def _hidden(name: str, label: Text, value: str, language: Language) -> g.VariableModel:
    chosen = g.VariableOption(selected=True, text=value, value=value)
    return g.VariableModel(
        type_val=g.VariableType.TEXTBOX, name=name, label=label.of(language), query=value, current=chosen, options=[chosen],
        hide=g.VariableHide.HIDE_VARIABLE,
    )  # fmt: skip


def _links(board: Board, language: Language) -> list[g.DashboardLink]:
    overview, others = Text("City", "全城"), Text("All dashboards", "全部看板")
    found = [] if board.name == OVERVIEW else [_link(overview.of(language), f"/d/{language.value}-{OVERVIEW}", "dashboard")]
    found.append(g.DashboardLink(
        title=others.of(language), type_val=g.DashboardLinkType.DASHBOARDS, tags=[_tag(language)], as_dropdown=True, keep_time=True, include_vars=True,
        icon="external link", url="",
    ))  # fmt: skip
    page = "${console:raw}/#/station/${station}" if board.stations == "one" else "${console:raw}/"
    console = Text("Console", "控制台").of(language)
    found.append(g.DashboardLink(title=console, type_val=g.DashboardLinkType.LINK, url=page, icon="external link", target_blank=True))
    found.append(_link(Text("English", "中文").of(language.other), f"/d/{language.other.value}-{board.name}", "question"))
    return found


def _link(title: str, url: str, icon: str) -> g.DashboardLink:
    return g.DashboardLink(title=title, type_val=g.DashboardLinkType.LINK, url=url, icon=icon, keep_time=True, include_vars=True)


def _annotations(board: Board, language: Language) -> list[g.AnnotationQuery]:
    whose = STATIONS if board.stations else ""
    changes, alarms = '"kind" = \'station_started\'', '("kind" = \'fault_raised\' OR "kind" = \'fire_changed\')'
    shown = board.stations == "one"
    return [
        _mark(Text("Starts and configurations", "启动与配置变更"), changes, whose, Colour.QUIET, shown, language),
        _mark(Text("Alarms", "告警"), alarms, whose, Colour.ILL, shown, language),
        _rollouts(language),
    ]


def _mark(name: Text, kinds: str, whose: str, colour: Colour, shown: bool, language: Language) -> g.AnnotationQuery:
    """Of a whole city they are many: there they wait to be switched on."""
    where = f"{kinds} AND {whose}" if whose else kinds
    query = events(Measurement.NOTE, ["title", "text", "kind", "station"], where)
    return g.AnnotationQuery(name=name.of(language), datasource=SOURCE, enable=shown, icon_color=colour.value, target=Marks(query, "kind,station"))


def _rollouts(language: Language) -> g.AnnotationQuery:
    """Few, and what an operator looks for first when a curve bends: always shown."""
    query = events(Measurement.ROLLOUT_NOTE, ["title", "text", "rollout"], "\"title\" != ''")
    name = Text("Rollouts", "配置发布").of(language)
    return g.AnnotationQuery(name=name, datasource=SOURCE, enable=True, icon_color=Colour.WARN.value, target=Marks(query, "rollout"))
