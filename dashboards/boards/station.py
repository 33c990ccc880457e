"""One station: what is the matter with it, since when, and what has it done?"""

from contract.series import Measurement, Tag
from dashboards.influxql import NOW, STATIONS, Query, events, pick
from dashboards.panels import Board, Column, Look, Panel, Row
from dashboards.words import ACTIVE, ALARM, NEVER, STANDING, Text, ill_from, warn_ill

SEE_ROLLOUT = Text("Never red; see the rollout dashboard.", "不会变红；见发布看板。")
PART = STATIONS + ' AND "part" =~ /./'


def _now(*fields: str) -> tuple[Query, ...]:
    return (Query(pick(Measurement.PRESENCE, "last", fields, STATIONS, during=NOW)),)


def _each(measurement: Measurement, how: str, field: str, where: str = STATIONS) -> tuple[Query, ...]:
    return (Query(pick(measurement, how, [field], where, [Tag.PART], every=True, fill="null"), alias="$tag_part"),)


BOARD = Board(
    "station",
    Text("Station", "站点"),
    Text("What is the matter with this station, and since when?", "这个站点怎么了？从何时开始？"),
    (
        Row(5, (
            Panel(
                1, Look.NUMBER, Text("Link", "连接"), Text("Is it heard?", "是否在线？"),
                Text("Lost: is there power and network? Call the place, then send somebody.", "失联：先确认供电与网络，联系现场，再派人。"),
                _now("standing"), words=STANDING, steps=warn_ill(1, 2), unit="none",
            ),
            Panel(
                2, Look.NUMBER, Text("Silent for", "静默时长"), Text("When was it heard last?", "距上次收到数据多久？"),
                Text("What is shown below is as old as this.", "下方数据也同样陈旧。"), _now("quiet_s"), unit="s", steps=warn_ill(60, 300),
            ),
            Panel(
                3, Look.NUMBER, Text("Alarms", "告警"), Text("How many alarms stand?", "有多少告警未解除？"),
                Text("The console page says what each needs.", "控制台页面说明如何处理。"), _now("alarms"), steps=ill_from(1),
            ),
            Panel(
                4, Look.NUMBER, Text("Faults", "故障"), Text("How many faults stand, alarms among them?", "有多少故障（含告警）？"),
                Text("See the table of changes below.", "见下方变化表。"), _now("faults"), steps=warn_ill(1, 5),
            ),
            Panel(
                5, Look.NUMBER, Text("People inside", "室内人数"), Text("Is somebody inside?", "室内有人吗？"), NEVER, _now("inside"),
            ),
            Panel(
                6, Look.NUMBER, Text("Waiting facts", "待传事实"), Text("How much has it not yet delivered?", "还有多少事实未送达？"),
                Text("Grows while the link is down and drains by itself; nothing is lost.", "断网时增加，恢复后自动补传，不会丢失。"),
                _now("outbox"), steps=warn_ill(1000, 40_000),
            ),
            Panel(
                7, Look.NUMBER, Text("Version", "版本"), Text("Which software runs?", "运行哪个版本？"), SEE_ROLLOUT,
                _now("version"), unit="string",
            ),
            Panel(
                8, Look.NUMBER, Text("Configuration", "配置"), Text("Which configuration runs (start of its hash)?", "运行哪份配置（哈希前缀）？"),
                SEE_ROLLOUT, _now("config"), unit="string",
            ),
        )),
        Row(6, (
            Panel(
                9, Look.STATES, Text("Link over time", "连接历史"), Text("When was it away?", "何时断开？"),
                Text("A gap: the cloud itself wrote nothing then.", "空白：当时云端没有写入。"),
                (Query(pick(Measurement.PRESENCE, "max", ["standing"], STATIONS, every=True, fill="null")),), words=STANDING, steps=warn_ill(1, 2), unit="none",
                names=(("standing", Text("link", "连接")),),
            ),
            Panel(
                10, Look.CURVES, Text("Waiting facts", "待传事实"), Text("Does the backlog drain?", "积压在减少吗？"),
                Text("Rises although the link is up: look at the platform dashboard.", "在线仍增加：看平台看板。"),
                (Query(pick(Measurement.PRESENCE, "max", ["outbox"], STATIONS, every=True, fill="null")),),
                names=(("outbox", Text("waiting facts", "待传事实")),),
            ),
        )),
        Row(8, (
            Panel(
                11, Look.TABLE, Text("Faults: what changed", "故障变化"), Text("What was raised and cleared in this time?", "这段时间触发和解除了什么？"),
                Text("A raised one without a later cleared one still stands.", "只有触发没有解除的，仍未恢复。"),
                (Query(events(Measurement.FAULT, ["kind", "part", "active", "alarm", "lasted_s", "late_s"], STATIONS), table=True),),
                columns=(
                    Column("Time", Text("When", "时间"), width=170), Column("kind", Text("Fault", "故障")), Column("part", Text("Part", "部件")),
                    Column("active", Text("State", "状态"), words=ACTIVE), Column("alarm", Text("Kind", "类别"), words=ALARM),
                    Column("lasted_s", Text("Lasted", "持续"), unit="s"), Column("late_s", Text("Arrived after", "到达延迟"), unit="s"),
                ), none=Text("no fault changed in this time", "此时段无故障变化"), width=14,
            ),
            Panel(
                12, Look.TABLE, Text("Notes", "记录"),
                Text("What else happened: starts, configurations, maintenance, gaps?", "还发生了什么：启动、配置、维护、缺口？"),
                NEVER,
                (Query(events(Measurement.NOTE, ["title", "text"], STATIONS), table=True),),
                columns=(Column("Time", Text("When", "时间"), width=170), Column("title", Text("What", "事项")), Column("text", Text("More", "说明"))),
                none=Text("nothing noted in this time", "此时段无记录"),
            ),
        )),
        Row(8, (
            Panel(
                13, Look.CURVES, Text("Fridge", "冰箱温度"), Text("Is it cold?", "够冷吗？"),
                Text("Above 8 °C it must not hand out anything: check the door and the compressor.", "高于 8 °C 不得售卖：检查柜门与压缩机。"),
                _each(Measurement.SAMPLE, "mean", "fridge_c", PART), unit="celsius", steps=ill_from(8),
                none=Text("no believable probe, or no fridge", "无可信探头或无冰箱"),
            ),
            Panel(
                14, Look.CURVES, Text("Sockets", "插座功率"), Text("What draws power?", "谁在用电？"),
                Text("Never red; limits are kept by the station.", "不会变红；由站点限流。"),
                _each(Measurement.SAMPLE, "mean", "socket_w", PART), unit="watt", none=Text("no sockets, or nothing sampled", "无插座或无采样"),
            ),
            Panel(
                15, Look.COLUMNS, Text("Water", "饮水"), Text("How much was drawn?", "出水多少？"), NEVER,
                (Query(pick(Measurement.WATER, "sum", ["poured_ml"], STATIONS, [Tag.PART], every=True), alias="$tag_part"),), unit="mlitre",
                none=Text("nothing drawn in this time", "此时段未出水"),
            ),
            Panel(
                16, Look.CURVES, Text("Longest step", "最长决策步骤"), Text("Does the computer keep up?", "控制器跟得上吗？"),
                Text("Above 100 ms it is too busy: look for what else runs there.", "超过 100 ms 表示过忙：检查还有什么在运行。"),
                (Query(pick(Measurement.SAMPLE, "max", ["step_ms"], STATIONS, every=True, fill="null")),), unit="ms", steps=ill_from(100),
                names=(("step_ms", Text("step", "步骤")),),
            ),
        )),
    ),
    stations="one",
    since="now-24h",
)  # fmt: skip
