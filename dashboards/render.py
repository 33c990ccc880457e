"""From a panel of panels.py to Grafana's JSON, by way of the models of grafana-foundation-sdk."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from grafana_foundation_sdk.models import bargauge, common, geomap, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models import dashboard as g

from dashboards.influxql import SOURCE
from dashboards.panels import Column, Look, Panel
from dashboards.words import PLAIN, Colour, Language, Step, Text, Word

PLUGINS = {
    Look.NUMBER: "stat", Look.CURVES: "timeseries", Look.STACK: "timeseries", Look.COLUMNS: "timeseries", Look.TABLE: "table",
    Look.STATES: "state-timeline", Look.BARS: "bargauge", Look.MAP: "geomap",
}  # fmt: skip
TEXT = "string"
"""Unit of a number panel that shows words."""
FASTEST = "30s"
"""No finer interval than that of the roll-ups, or every second value would be a gap."""
_TILE = "<svg xmlns='http://www.w3.org/2000/svg' width='256' height='256'><path d='M256 0H0V256' fill='none' stroke='#808080' stroke-opacity='.25'/></svg>"
TILE = "data:image/svg+xml," + quote(_TILE, safe="")
"""A square with two edges, drawn by the browser itself: the map has a grid and asks no tile server in the world."""


def panel(one: Panel, where: g.GridPos, language: Language) -> g.Panel:
    """One panel at its place."""
    return g.Panel(
        type_val=PLUGINS[one.look], id_val=one.number, title=one.title.of(language), description=description(one, language), datasource=SOURCE,
        targets=list(one.queries), grid_pos=where, options=_options(one, language), transformations=_transformations(one) or None,
        interval=FASTEST, time_from=one.always or None,
        field_config=g.FieldConfigSource(defaults=_defaults(one, language), overrides=_overrides(one, language)),
    )  # fmt: skip


def description(one: Panel, language: Language) -> str:
    """What it answers, and what to do."""
    red = Text("\n\n**When red:** ", "\n\n**变红时：** ")
    return (one.answers + red + one.when_red).of(language)


def _defaults(one: Panel, language: Language) -> g.FieldConfig:
    coloured = one.look in (Look.NUMBER, Look.TABLE, Look.STATES, Look.BARS, Look.MAP)
    mode = g.FieldColorModeId.THRESHOLDS if coloured else g.FieldColorModeId.PALETTE_CLASSIC_BY_NAME
    return g.FieldConfig(
        unit=one.unit, decimals=one.decimals, min_val=one.low, max_val=one.high, mappings=_mappings(one.words, language), thresholds=_thresholds(one.steps),
        color=g.FieldColor(mode=mode), no_value=one.none.of(language), custom=_custom(one),
    )  # fmt: skip


def _thresholds(steps: Sequence[Step]) -> g.ThresholdsConfig:
    return g.ThresholdsConfig(mode=g.ThresholdsMode.ABSOLUTE, steps=[g.Threshold(value=step.above, color=step.colour.value) for step in steps])


def _mappings(words: Sequence[Word], language: Language) -> list[g.ValueMapping]:
    if not words:
        return []
    options = {word.value: g.ValueMappingResult(text=word.text.of(language), color=word.colour.value, index=n) for n, word in enumerate(words)}
    return [g.ValueMap(options=options)]


def _custom(one: Panel) -> object:
    match one.look:
        case Look.CURVES | Look.STACK | Look.COLUMNS:
            return _curves(one)
        case Look.STATES:
            return statetimeline.FieldConfig(fill_opacity=80, line_width=0, span_nulls=False)
        case Look.TABLE:
            return {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": True}
        case _:
            return None


def _curves(one: Panel) -> timeseries.FieldConfig:
    stacked, columns = one.look is not Look.CURVES, one.look is Look.COLUMNS
    return timeseries.FieldConfig(
        draw_style=common.GraphDrawStyle.BARS if columns else common.GraphDrawStyle.LINE, line_width=1, fill_opacity=60 if stacked else 8,
        show_points=common.VisibilityMode.AUTO, span_nulls=False, axis_soft_min=0,
        stacking=common.StackingConfig(mode=common.StackingMode.NORMAL if stacked else common.StackingMode.NONE, group="A"),
        thresholds_style=common.GraphThresholdsStyleConfig(
            mode=common.GraphThresholdsStyleMode.DASHED if len(one.steps) > 1 else common.GraphThresholdsStyleMode.OFF
        ),
    )  # fmt: skip


def _options(one: Panel, language: Language) -> object:
    match one.look:
        case Look.NUMBER:
            return _number(one)
        case Look.TABLE:
            sort = [common.TableSortByFieldState(display_name=_shown(one, one.sort, language), desc=True)] if one.sort else []
            return table.Options(show_header=True, cell_height=common.TableCellHeight.SM, sort_by=sort)
        case Look.STATES:
            return statetimeline.Options(show_value=common.VisibilityMode.AUTO, legend=_legend(False), tooltip=_tooltip())
        case Look.BARS:
            return bargauge.Options(
                display_mode=common.BarGaugeDisplayMode.BASIC, orientation=common.VizOrientation.HORIZONTAL, value_mode=common.BarGaugeValueMode.TEXT,
                reduce_options=_newest(""), legend=_legend(False),
            )  # fmt: skip
        case Look.MAP:
            return _map(language)
        case _:
            return timeseries.Options(legend=_legend(True), tooltip=_tooltip())


def _number(one: Panel) -> stat.Options:
    colour = common.BigValueColorMode.NONE if one.steps == PLAIN and not one.words else common.BigValueColorMode.BACKGROUND
    mode = common.BigValueTextMode.VALUE_AND_NAME if one.names else common.BigValueTextMode.VALUE
    return stat.Options(
        graph_mode=common.BigValueGraphMode.NONE, color_mode=colour, justify_mode=common.BigValueJustifyMode.CENTER, text_mode=mode,
        reduce_options=_newest("/^(?!Time$).*/" if one.unit == TEXT else ""), orientation=common.VizOrientation.AUTO,
    )  # fmt: skip


def _newest(fields: str) -> common.ReduceDataOptions:
    return common.ReduceDataOptions(values=False, calcs=["lastNotNull"], fields=fields)


def _legend(shown: bool) -> common.VizLegendOptions:
    return common.VizLegendOptions(
        display_mode=common.LegendDisplayMode.LIST, placement=common.LegendPlacement.BOTTOM, show_legend=shown, calcs=["lastNotNull", "max"] if shown else []
    )


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions(mode=common.TooltipDisplayMode.MULTI, sort=common.SortOrder.DESCENDING)


def _transformations(one: Panel) -> list[g.DataTransformerConfig]:
    if one.look is not Look.TABLE:
        return []
    found = []
    if one.groups:
        counted = {one.groups: {"aggregations": [], "operation": "groupby"}, "station": {"aggregations": ["count"], "operation": "aggregate"}}
        found.append(g.DataTransformerConfig(id_val="groupBy", options={"fields": counted}))
    unwanted = {column.name: True for column in one.columns if column.hidden}
    if all(column.name != "Time" for column in one.columns):
        unwanted["Time"] = True
    found.append(g.DataTransformerConfig(id_val="organize", options={"excludeByName": unwanted, "indexByName": {}, "renameByName": {}}))
    return found


def _shown(one: Panel, name: str, language: Language) -> str:
    return next((column.title.of(language) for column in one.columns if column.name == name), name)


def _overrides(one: Panel, language: Language) -> list[g.DashboardFieldConfigSourceOverrides]:
    named = [_override(name, [("displayName", text.of(language))]) for name, text in one.names]
    return [*named, *(_override(column.name, _properties(column, language)) for column in one.columns if not column.hidden)]


def _override(name: str, properties: list[tuple[str, object]]) -> g.DashboardFieldConfigSourceOverrides:
    values = [g.DynamicConfigValue(id_val=key, value=value) for key, value in properties]
    return g.DashboardFieldConfigSourceOverrides(matcher=g.MatcherConfig(id_val="byName", options=name), properties=values)


def _properties(column: Column, language: Language) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [("displayName", column.title.of(language))]
    if column.unit:
        found.append(("unit", column.unit))
    if column.words:
        found.append(("mappings", _mappings(column.words, language)))
    if column.steps:
        found.append(("thresholds", _thresholds(column.steps)))
    if column.words or column.steps:
        found.append(("custom.cellOptions", {"type": "color-text"}))
    if column.opens:
        found.append(("links", [station_link(language)]))
    if column.width:
        found.append(("custom.width", column.width))
    return found


def station_link(language: Language) -> g.DashboardLink:
    """From a station's name to its dashboard, keeping the choice, the time and the way to the console."""
    kept = "${city:queryparam}&${district:queryparam}&${console:queryparam}&${__url_time_range}"
    title = Text("Open the station", "打开站点").of(language)
    return g.DashboardLink(title=title, url=f"/d/{language.value}-station?var-station=${{__value.raw}}&{kept}")


def _map(language: Language) -> geomap.Options:
    """Shape and words say what colour says: a circle is well, a triangle wants attention. No tile comes from anywhere."""
    well = _layer("A", Text("well", "正常"), "circle", 5, Colour.WELL, "", language)
    ill = _layer("B", Text("needs a look", "需要关注"), "triangle", 9, Colour.ILL, "name", language)
    return geomap.Options(
        view=geomap.MapViewConfig(id_val="fit", all_layers=True, padding=10, max_zoom=15, lat=0, lon=0, zoom=10),
        controls=geomap.ControlsOptions(show_zoom=True, mouse_wheel_zoom=True, show_scale=True, show_attribution=False, show_measure=False, show_debug=False),
        basemap=common.MapLayerOptions(type_val="xyz", name="grid", config={"url": TILE, "attribution": ""}),
        layers=[well, ill], tooltip=geomap.TooltipOptions(mode=geomap.TooltipMode.DETAILS),
    )  # fmt: skip


def _layer(ref: str, name: Text, symbol: str, size: int, colour: Colour, label: str, language: Language) -> common.MapLayerOptions:
    style: dict[str, object] = {
        "color": {"fixed": colour.value}, "opacity": 0.8, "size": {"fixed": size, "min": 2, "max": 15},
        "symbol": {"mode": "fixed", "fixed": f"img/icons/marker/{symbol}.svg"}, "rotation": {"fixed": 0, "mode": "mod", "min": -360, "max": 360},
        "textConfig": {"fontSize": 12, "offsetX": 0, "offsetY": 14, "textAlign": "center", "textBaseline": "top"},
    }  # fmt: skip
    if label:
        style["text"] = {"mode": "field", "field": label, "fixed": ""}
    return common.MapLayerOptions(
        type_val="markers", name=name.of(language), config={"showLegend": True, "style": style}, filter_data={"id": "byRefId", "options": ref}, tooltip=True,
        location=common.FrameGeometrySource(mode=common.FrameGeometrySourceMode.COORDS, latitude="latitude", longitude="longitude"),
    )  # fmt: skip
