"""Alarms: what stands, what came and went, which kind grows?"""

from contract.series import Measurement, Tag
from dashboards.boards.fleet import PLACE
from dashboards.influxql import PLACES, RANGE, STATIONS, Query, count_now, events, pick, rows_now, total_now
from dashboards.panels import Board, Column, Look, Panel, Row
from dashboards.words import ACTIVE, NEVER, NOBODY, NONE, STANDING, Text, ill_from, warn_ill

ALARM = f'"alarm" = 1 AND {STATIONS}'
RAISED = f'"active" = 1 AND {ALARM}'
CLEARED = f'"active" = 0 AND {ALARM}'

BOARD = Board(
    "alarms",
    Text("Alarms", "告警"),
    Text("Which alarms stand, and which kind grows?", "哪些告警未解除？哪类在增加？"),
    (
        Row(5, (
            Panel(
                1, Look.NUMBER, Text("Standing", "未解除"), Text("How many alarms stand now?", "当前未解除的告警有多少？"),
                Text("Work through the table from the top.", "从下表顶部依次处理。"),
                (Query(total_now(Measurement.FLEET, ["alarms"], PLACES, PLACE)),), steps=ill_from(1),
            ),
            Panel(
                2, Look.NUMBER, Text("Stations concerned", "涉及站点"), Text("How many stations have an alarm now?", "多少站点有告警？"),
                Text("Many at once: one cause. Look at the map.", "同时很多：同一原因，看地图。"),
                (Query(count_now(Measurement.PRESENCE, "alarms", PLACES, Tag.STATION, '"alarms" > 0')),), steps=ill_from(1), none=NOBODY,
            ),
            Panel(
                3, Look.NUMBER, Text("Raised", "新触发"), Text("How many were raised in this time?", "此时段触发多少次？"), NEVER,
                (Query(pick(Measurement.FAULT, "count", ["active"], RAISED)),), none=NONE,
            ),
            Panel(
                4, Look.NUMBER, Text("Half were over within", "半数持续不超过"), Text("How long does an alarm stand as a rule?", "告警通常持续多久？"),
                Text("Growing: operators need more hands, or a rule is too sharp.", "变长：需要更多人手，或规则过严。"),
                (Query(pick(Measurement.FAULT, "median", ["lasted_s"], CLEARED)),), unit="s",
                steps=warn_ill(1800, 7200), none=Text("none was cleared", "无解除记录"),
            ),
        )),
        Row(9, (
            Panel(
                5, Look.TABLE, Text("Stations with an alarm", "有告警的站点"), Text("Who needs somebody now?", "谁现在需要处理？"),
                Text("Open the station, follow its console page.", "打开站点，按控制台页面处理。"),
                (Query(rows_now(Measurement.PRESENCE, ["name", "alarms", "faults", "inside", "standing"], PLACES, Tag.STATION, '"alarms" > 0'), table=True),),
                columns=(
                    Column("station", Text("Station", "站点"), opens=True, width=110), Column("name", Text("Name", "名称")),
                    Column("alarms", Text("Alarms", "告警"), steps=ill_from(1)), Column("faults", Text("Faults", "故障")),
                    Column("inside", Text("People inside", "室内人数")), Column("standing", Text("Link", "连接"), words=STANDING),
                ), sort="alarms", none=NOBODY,
            ),
            Panel(
                6, Look.BARS, Text("By kind", "按类别"), Text("Which kind comes most?", "哪类最多？"),
                Text("One kind at many stations: a version or the weather, not the stations.", "同类遍布多站：多为版本或天气原因。"),
                (Query(pick(Measurement.FAULT, "count", ["active"], RAISED, [Tag.KIND]), alias="$tag_kind"),),
                unit="none", low=0, steps=warn_ill(10, 50), none=NONE,
            ),
        )),
        Row(9, (
            Panel(
                7, Look.TABLE, Text("What changed", "变化"), Text("What was raised and cleared, newest first?", "触发与解除，最新在前？"),
                Text("“Arrived after” long: the station was away when it happened.", "“到达延迟”长：发生时站点离线。"),
                (Query(events(Measurement.FAULT, ["station", "kind", "part", "active", "lasted_s", "late_s"], ALARM), table=True),),
                columns=(
                    Column("Time", Text("When", "时间"), width=170), Column("station", Text("Station", "站点"), opens=True),
                    Column("kind", Text("Alarm", "告警")), Column("part", Text("Part", "部件")), Column("active", Text("State", "状态"), words=ACTIVE),
                    Column("lasted_s", Text("Lasted", "持续"), unit="s"), Column("late_s", Text("Arrived after", "到达延迟"), unit="s"),
                ), none=Text("no alarm changed in this time", "此时段无告警变化"), width=14,
            ),
            Panel(
                8, Look.STACK, Text("Standing over time", "未解除数历史"), Text("Does it get better?", "在好转吗？"),
                Text("A gap is a time without news, not without alarms.", "空白表示无数据，并非无告警。"),
                (Query(f'SELECT max("alarms") AS "alarms" FROM "fleet" WHERE {RANGE} AND {PLACES} GROUP BY time($__interval), "district" fill(null)',
                       alias="$tag_district"),), unit="none",
            ),
        )),
    ),
    stations="many",
    since="now-24h",
)  # fmt: skip
