"""Rollout: which software and which configuration run where, since when?"""

from contract.series import Measurement, Tag
from dashboards.influxql import BOTH, NOW, RANGE, STATIONS, Query, events, pick, rows_now
from dashboards.panels import Board, Column, Look, Panel, Row
from dashboards.words import CLICK, NEVER, STANDING, Text, warn_ill

ROWS = rows_now(Measurement.PRESENCE, ["name", "version", "config", "standing"], BOTH, Tag.STATION)
STARTED = f"\"kind\" = 'station_started' AND {STATIONS}"


SEATS = (
    ("pending", Text("not yet", "未开始")), ("waiting", Text("away or busy", "离线或使用中")), ("sent", Text("sent", "已下发")),
    ("trial", Text("on trial", "试运行")), ("confirmed", Text("confirmed", "已确认")), ("failed", Text("failed", "失败")),
    ("back", Text("taken back", "已撤回")), ("cancelled", Text("left out", "已排除")),
)  # fmt: skip


def _kinds(field: str) -> str:
    inner = pick(Measurement.PRESENCE, "last", [field], BOTH, [Tag.STATION], NOW)
    return f'SELECT count(distinct("{field}")) AS "{field}" FROM ({inner}) WHERE {NOW}'


def _history(field: str) -> Query:
    """Of at most 20 stations: more do not fit on a screen; the choice of stations says which."""
    where = f"{RANGE} AND {BOTH}"
    return Query(f'SELECT last("{field}") FROM "presence" WHERE {where} GROUP BY time($__interval), "station" fill(null) SLIMIT 20', alias="$tag_station")


BOARD = Board(
    "rollout",
    Text("Rollout", "版本发布"),
    Text("Which software and which configuration run where, since when?", "哪里在跑哪个版本、哪份配置，从何时起？"),
    (
        Row(5, (
            Panel(
                1, Look.NUMBER, Text("Versions in use", "在用版本数"), Text("How many different versions run now?", "当前有多少个版本？"),
                Text("More than two outside a rollout: some stations did not follow; see the table.", "发布以外多于两个：有站点未跟上，见下表。"),
                (Query(_kinds("version")),), steps=warn_ill(3, 4),
            ),
            Panel(
                2, Look.NUMBER, Text("Configurations in use", "在用配置数"), Text("How many different configurations run now?", "当前有多少份配置？"),
                Text("Never red: stations differ in what they are fitted with.", "不会变红：各站设备不同。"), (Query(_kinds("config")),),
            ),
            Panel(
                3, Look.NUMBER, Text("Starts", "启动次数"), Text("How often did stations start in this time?", "此时段启动多少次？"),
                Text("More than a few by station outside a rollout: something makes them fall over.", "发布以外每站多次：有东西使其崩溃。"),
                (Query(pick(Measurement.NOTE, "count", ["title"], STARTED)),), none=Text("none", "无"),
            ),
        )),
        Row(9, (
            Panel(
                4, Look.TABLE, Text("Stations by version", "各版本站点数"), Text("How far is the rollout?", "发布进行到哪里？"), NEVER,
                (Query(ROWS, table=True),), groups="version", width=8,
                columns=(Column("version", Text("Version", "版本")), Column("station (count)", Text("Stations", "站点数"))), sort="station (count)",
            ),
            Panel(
                5, Look.COLUMNS, Text("Starts", "启动"), Text("Did a version make stations start again and again?", "某版本是否导致反复重启？"),
                Text("A wave is a rollout; a steady rise is a station that falls over.", "一波为发布；持续上升为崩溃。"),
                (Query(pick(Measurement.NOTE, "count", ["title"], STARTED, every=True)),), unit="none", names=(("title", Text("starts", "启动")),),
                none=Text("no start in this time", "此时段无启动"),
            ),
        )),
        Row(10, (
            Panel(
                6, Look.STATES, Text("Versions over time (first 20 stations)", "版本历史（前 20 站）"), Text("When did each change?", "各站何时变更？"),
                NEVER, (_history("version"),), unit="string",
            ),
            Panel(
                7, Look.STATES, Text("Configurations over time (first 20 stations)", "配置历史（前 20 站）"), Text("When did each change?", "各站何时变更？"),
                NEVER, (_history("config"),), unit="string",
            ),
        )),
        Row(11, (
            Panel(
                8, Look.TABLE, Text("Stations", "站点"), Text("What does each run?", "各站运行什么？"), CLICK,
                (Query(ROWS, table=True),),
                columns=(
                    Column("station", Text("Station", "站点"), opens=True), Column("name", Text("Name", "名称")), Column("version", Text("Version", "版本")),
                    Column("config", Text("Configuration", "配置")), Column("standing", Text("Link", "连接"), words=STANDING),
                ),
            ),
            Panel(
                9, Look.TABLE, Text("Latest starts", "最近启动"), Text("Which station started with what?", "哪个站点以何种版本启动？"), NEVER,
                (Query(events(Measurement.NOTE, ["station", "title", "text"], STARTED), table=True),),
                columns=(
                    Column("Time", Text("When", "时间"), width=170), Column("station", Text("Station", "站点"), opens=True),
                    Column("title", Text("What", "事项")), Column("text", Text("Configuration", "配置")),
                ), none=Text("no start in this time", "此时段无启动"), width=10,
            ),
        )),
        Row(10, (
            Panel(
                10, Look.STACK, Text("Stations of the rollout", "发布中的站点"),
                Text("How far is the newest rollout, and what failed?", "最新发布进行到哪里，有何失败？"),
                Text("Never red: the cloud stops by itself; ./kiosk rollout status says why.", "不会变红：云端会自动停止，原因见 ./kiosk rollout status。"),
                (Query(pick(Measurement.ROLLOUT, "last", [name for name, _ in SEATS], "", every=True, fill="previous")),), names=SEATS, unit="none",
                none=Text("no rollout in this time", "此时段无发布"),
            ),
            Panel(
                11, Look.TABLE, Text("What rollouts did", "发布记录"), Text("Who did what, why, and what came of it?", "谁做了什么、为何、结果如何？"), NEVER,
                (Query(events(Measurement.ROLLOUT_NOTE, ["rollout", "title", "text"], "\"title\" != ''"), table=True),),
                columns=(
                    Column("Time", Text("When", "时间"), width=170), Column("rollout", Text("Rollout", "发布"), width=90),
                    Column("title", Text("What", "事项")), Column("text", Text("Why, and result", "原因与结果")),
                ), none=Text("no rollout in this time", "此时段无发布"),
            ),
        )),
    ),
    stations="many",
    since="now-7d",
    refresh="1m",
)  # fmt: skip
