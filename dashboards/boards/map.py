"""Where is it? Needs no tiles from anywhere."""

from contract.series import Measurement, Tag
from dashboards.boards.fleet import TROUBLE, trouble
from dashboards.influxql import PLACES, Query, count_now, rows_now
from dashboards.panels import Board, Look, Panel, Row
from dashboards.words import CLICK, NEVER, NOBODY, Text

PLACED = ["latitude", "longitude", "name", "standing", "alarms", "quiet_s"]
WELL = '"latitude" >= -90 AND "standing" = 0 AND "alarms" = 0'
ILL = '"latitude" >= -90 AND ("standing" > 0 OR "alarms" > 0)'

BOARD = Board(
    "map",
    Text("Map", "地图"),
    Text("Where are the stations that need a look?", "需要关注的站点在哪里？"),
    (
        Row(22, (
            Panel(
                1, Look.MAP, Text("Stations", "站点"),
                Text("Where is trouble? A circle is well; a triangle with its name is not online or has an alarm. The background is a plain grid, without "
                     "internet.", "问题在哪里？圆点为正常；带名称的三角为不在线或有告警。背景为无需联网的网格。"),
                Text("Triangles side by side: power or network there. Spread evenly: the platform.", "三角相邻：当地停电或断网；均匀分布：平台问题。"),
                (Query(rows_now(Measurement.PRESENCE, PLACED, PLACES, Tag.STATION, WELL), table=True, ref="A"),
                 Query(rows_now(Measurement.PRESENCE, PLACED, PLACES, Tag.STATION, ILL), table=True, ref="B")),
                width=16,
            ),
            Panel(
                2, Look.TABLE, Text("Needs a look", "需要关注"), Text("Which stations are the triangles?", "这些三角是哪些站点？"),
                CLICK,
                (Query(rows_now(Measurement.PRESENCE, TROUBLE, PLACES, Tag.STATION, '"standing" > 0 OR "alarms" > 0'), table=True),),
                columns=trouble(), sort="standing", none=NOBODY,
            ),
        )),
        Row(4, (
            Panel(
                3, Look.NUMBER, Text("On the map", "已在地图上"), Text("How many stations told where they stand?", "有多少站点上报了位置？"),
                NEVER, (Query(count_now(Measurement.PRESENCE, "latitude", PLACES, Tag.STATION, '"latitude" >= -90')),),
            ),
            Panel(
                4, Look.NUMBER, Text("Known in all", "站点总数"), Text("How many stations should be on the map?", "应有多少站点在地图上？"),
                Text("Fewer on the map than here: give the others a `place` in their configuration.", "若地图上更少：请在其余站点配置中填写 place。"),
                (Query(count_now(Measurement.PRESENCE, "standing", PLACES, Tag.STATION, '"standing" >= 0')),),
            ),
        )),
    ),
    notes=False,
)  # fmt: skip
