"""Door and access: do people get in, and only those who may?"""

from contract.series import Measurement, Tag
from dashboards.influxql import BOTH, PLACES, RANGE, STATIONS, Query, pick
from dashboards.panels import Board, Column, Look, Panel, Row
from dashboards.words import NEVER, NO_HOUR, NONE, Text, ill_from, warn_ill

GRANTED, REFUSED = f"\"kind\" = 'granted' AND {STATIONS}", f"\"kind\" = 'refused' AND {STATIONS}"
FORCED, HELD = f"\"kind\" = 'door_forced' AND \"active\" = 1 AND {STATIONS}", f"\"kind\" = 'door_held' AND \"active\" = 1 AND {STATIONS}"

BOARD = Board(
    "door",
    Text("Door and access", "门禁与出入"),
    Text("Do people get in, and only those who may?", "该进的人进得来吗？不该进的进不来吗？"),
    (
        Row(5, (
            Panel(
                1, Look.NUMBER, Text("Let in", "放行"), Text("How many people were let in, in this time?", "此时段放行多少人次？"),
                Text("None by day: is the door or the camera out of order?", "白天为零：门或摄像头是否故障？"),
                (Query(pick(Measurement.ENTRY, "sum", ["count"], GRANTED)),), none=NONE,
            ),
            Panel(
                2, Look.NUMBER, Text("Refused", "拒绝"), Text("How many were refused, in this time?", "此时段拒绝多少人次？"),
                Text("See the reasons: unknown faces are visitors, wrong codes in a row are an attempt.", "看原因：陌生人脸多为访客，连续密码错误可能是试探。"),
                (Query(pick(Measurement.ENTRY, "sum", ["count"], REFUSED)),), none=NONE,
            ),
            Panel(
                3, Look.NUMBER, Text("Decided within", "判定用时"), Text("How long do 95 of 100 people wait for the decision?", "95% 的人等待判定多久？"),
                Text("Above 2 s: look at the light at the door and at the longest step of these stations.", "超过 2 秒：检查门口光线与站点最长步骤。"),
                (Query(f'SELECT percentile("decided_ms", 95) AS "decided_ms" FROM "entry" WHERE {RANGE} AND {GRANTED}'),),
                unit="ms", steps=warn_ill(1500, 2000), none=Text("nobody was let in", "无人进入"),
            ),
            Panel(
                4, Look.NUMBER, Text("Forced openings", "强行开门"), Text("Was a door opened without a release?", "门是否未授权被打开？"),
                Text("Look at the camera, call the place.", "查看摄像头并联系现场。"),
                (Query(pick(Measurement.FAULT, "count", ["active"], FORCED)),), steps=ill_from(1), none=NONE,
            ),
            Panel(
                5, Look.NUMBER, Text("Held open", "门未关"), Text("Did a door stay open for too long?", "门是否长时间未关？"),
                Text("Something stands in the door: ask somebody near to close it.", "可能有物品挡门：请附近人员关门。"),
                (Query(pick(Measurement.FAULT, "count", ["active"], HELD)),), steps=warn_ill(1, 10), none=NONE,
            ),
            Panel(
                6, Look.NUMBER, Text("Longest open", "最长开门"), Text("How long was a door open at most?", "单次最长开门多久？"),
                Text("Long: warmth and safety go with it; see which station below.", "过长影响保温与安全；见下表。"),
                (Query(pick(Measurement.DOOR, "max", ["open_s"], STATIONS)),), unit="s", steps=warn_ill(60, 300), none=NONE,
            ),
        )),
        Row(9, (
            Panel(
                7, Look.COLUMNS, Text("People", "出入人次"), Text("When do people come?", "人们何时来？"), NEVER,
                (Query(pick(Measurement.ENTRY, "sum", ["count"], STATIONS, [Tag.KIND], every=True), alias="$tag_kind"),), unit="none", none=NONE,
                names=(("granted", Text("let in", "放行")), ("refused", Text("refused", "拒绝"))),
            ),
            Panel(
                8, Look.STACK, Text("Why refused", "拒绝原因"), Text("Which reason grows?", "哪种原因在增加？"),
                Text("not_sure: light or camera. wrong_code, too_many_tries: an attempt. cannot_record: a full disk.",
                     "not_sure：光线或摄像头；wrong_code、too_many_tries：试探；cannot_record：磁盘满。"),
                (Query(pick(Measurement.ENTRY, "sum", ["count"], REFUSED, [Tag.REASON], every=True), alias="$tag_reason"),), unit="none", none=NONE,
            ),
            Panel(
                9, Look.BARS, Text("How they came in", "开门方式"), Text("Face, code or ticket?", "人脸、密码还是凭证？"), NEVER,
                (Query(pick(Measurement.ENTRY, "sum", ["count"], GRANTED, [Tag.WAY]), alias="$tag_way"),), unit="none", none=NONE, low=0, width=6,
            ),
        )),
        Row(10, (
            Panel(
                10, Look.TABLE, Text("By station", "按站点"), Text("Where are people refused more than elsewhere? (full hours)", "哪里拒绝偏多？（整点统计）"),
                Text("Many refusals at one station: look at its camera and light.", "某站拒绝偏多：检查摄像头与光线。"),
                (Query(pick(Measurement.HOURLY, "sum", ["entries", "refusals", "alarms"], BOTH, [Tag.STATION]), table=True),),
                columns=(
                    Column("station", Text("Station", "站点"), opens=True), Column("entries", Text("Let in", "放行")),
                    Column("refusals", Text("Refused", "拒绝"), steps=warn_ill(50, 200)), Column("alarms", Text("Alarms", "告警"), steps=ill_from(1)),
                ), sort="refusals", none=NO_HOUR,
            ),
            Panel(
                11, Look.COLUMNS, Text("By day", "按日"), Text("How is this week beside the last?", "本周与上周相比如何？"), NEVER,
                (Query(f'SELECT sum("entries") AS "entries", sum("refusals") AS "refusals" FROM "daily" WHERE {RANGE} AND {PLACES} AND {STATIONS} '
                       "GROUP BY time(1d) fill(null) tz('${zone:raw}')"),), unit="none", none=Text("no full day in this time", "此时段无整日数据"),
                names=(("entries", Text("let in", "放行")), ("refusals", Text("refused", "拒绝"))), always="14d",
            ),
        )),
    ),
    stations="many",
    since="now-24h",
    refresh="1m",
)  # fmt: skip
