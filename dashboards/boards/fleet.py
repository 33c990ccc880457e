"""Is the city all right now? One screen for one operator and 2,000 stations."""

from contract.series import Measurement, Tag
from dashboards.influxql import PLACES, Query, pick, rows_now, total_now, total_over_time
from dashboards.panels import Board, Column, Look, Panel, Row
from dashboards.words import HEALTH, NEVER, NOBODY, NONE, STANDING, Text, ill_below, ill_from, warn_ill

PLACE = (Tag.CITY, Tag.DISTRICT)


def _now(field: str) -> tuple[Query, ...]:
    return (Query(total_now(Measurement.FLEET, [field], PLACES, PLACE)),)


def trouble(extra: tuple[Column, ...] = ()) -> tuple[Column, ...]:
    """Columns of a table of stations that are not well."""
    return (
        Column("station", Text("Station", "站点"), opens=True, width=110), Column("name", Text("Name", "名称")),
        Column("standing", Text("Link", "连接"), words=STANDING, width=110),
        Column("quiet_s", Text("Silent for", "静默时长"), unit="s", steps=warn_ill(60, 300), width=120),
        Column("alarms", Text("Alarms", "告警"), steps=ill_from(1), width=90), Column("faults", Text("Faults", "故障"), steps=warn_ill(1, 5), width=90),
        Column("outbox", Text("Waiting facts", "待传事实"), width=110), *extra,
    )  # fmt: skip


TROUBLE = ["name", "standing", "quiet_s", "alarms", "faults", "outbox"]

BOARD = Board(
    "fleet",
    Text("City now", "全城概览"),
    Text("Is the city all right now?", "全城现在正常吗？"),
    (
        Row(5, (
            Panel(
                1, Look.NUMBER, Text("Lost", "失联"), Text("How many stations are not heard any more?", "有多少站点失去联系？"),
                Text("Look below which; several in one district point to power or network there.", "看下表是哪些站点；同一城区多个失联多为停电或断网。"),
                _now("lost"), steps=ill_from(1),
            ),
            Panel(
                2, Look.NUMBER, Text("Alarms", "告警"), Text("How many alarms stand now?", "当前有多少告警未解除？"),
                Text("Open the station in the table below and follow its console page.", "在下表打开该站点，并按控制台页面处理。"),
                _now("alarms"), steps=ill_from(1),
            ),
            Panel(
                3, Look.NUMBER, Text("Late", "迟报"), Text("How many stations report later than they should?", "有多少站点上报迟到？"),
                Text("Wait two minutes; if it grows, look at the platform dashboard first.", "等待两分钟；若继续增加，先看平台看板。"),
                _now("late"), steps=warn_ill(1, 20),
            ),
            Panel(
                4, Look.NUMBER, Text("Online", "在线"), Text("How many stations are heard as they should be?", "有多少站点正常在线？"),
                Text("Compare with the total beside it.", "与旁边的总数比较。"), _now("online"), steps=ill_below(1),
            ),
            Panel(
                5, Look.NUMBER, Text("All stations", "站点总数"), Text("How many stations are known?", "已知站点有多少？"),
                Text("Never red. “No news” means that the cloud writes nothing: see the platform dashboard.", "不会变红。“无数据”表示云端未写入：看平台看板。"),
                _now("total"),
            ),
            Panel(
                6, Look.NUMBER, Text("People inside", "室内人数"), Text("How many people are inside, as far as stations know?", "各站点室内共有多少人？"),
                NEVER, _now("inside"),
            ),
            Panel(
                7, Look.NUMBER, Text("Platform", "平台"),
                Text("Do broker, ledger and series store work, as the worst worker sees it?", "消息服务、账本、时序库是否正常（取最差）？"),
                Text("Open the platform dashboard: numbers here may be old.", "打开平台看板：此处数字可能已过时。"),
                tuple(
                    Query(pick(Measurement.PLATFORM, "min", [name], "", during="time > ${__to}ms - 3m AND time <= ${__to}ms"), ref=ref)
                    for ref, name in zip("ABC", ("broker", "ledger", "series"), strict=True)
                ),
                steps=ill_below(1), words=HEALTH, width=6,
                names=(("broker", Text("broker", "消息服务")), ("ledger", Text("ledger", "账本")), ("series", Text("series", "时序库"))),
            ),
        )),
        Row(11, (
            Panel(
                8, Look.TABLE, Text("Look here first", "优先处理"), Text("Which stations are not online, or have an alarm?", "哪些站点不在线或有告警？"),
                Text("A click on the name opens the station. Several lines at once: see the map.", "点击站点名可打开详情。若同时多行，请看地图。"),
                (Query(rows_now(Measurement.PRESENCE, TROUBLE, PLACES, Tag.STATION, '"standing" > 0 OR "alarms" > 0'), table=True),),
                columns=trouble(), sort="standing", width=15, none=NOBODY,
            ),
            Panel(
                9, Look.BARS, Text("Lost and late by district", "各城区失联与迟报"), Text("Is it one district or the whole city?", "是个别城区还是全城？"),
                Text("One district: power or network there. All: the platform.", "单个城区：当地停电或断网。全部：平台问题。"),
                (Query(pick(Measurement.FLEET, "last", ["lost_ratio"], PLACES, [Tag.DISTRICT], "time > ${__to}ms - 3m AND time <= ${__to}ms"),
                       alias="$tag_district"),),
                unit="percentunit", low=0, high=1, decimals=1, steps=warn_ill(0.02, 0.1),
            ),
        )),
        Row(8, (
            Panel(
                10, Look.STACK, Text("Not online", "不在线站点"), Text("When did it begin, and is it getting better?", "何时开始？是否好转？"),
                Text("A gap in the curve is a time without news of the fleet, not a time without trouble.", "曲线中断表示没有数据，并非没有问题。"),
                (Query(total_over_time(Measurement.FLEET, ["lost", "late", "stopped"], PLACES, PLACE)),), unit="none",
                names=(("lost", Text("lost", "失联")), ("late", Text("late", "迟报")), ("stopped", Text("stopped", "已停机"))),
            ),
            Panel(
                11, Look.CURVES, Text("Alarms and faulty stations", "告警与有故障的站点"), Text("Does trouble grow?", "问题在增加吗？"),
                Text("Open the alarms dashboard: which kind is it?", "打开告警看板，看是哪一类。"),
                (Query(total_over_time(Measurement.FLEET, ["alarms", "faulty"], PLACES, PLACE)),), unit="none",
                names=(("alarms", Text("alarms", "告警")), ("faulty", Text("stations with a fault", "有故障的站点"))), none=NONE,
            ),
        )),
    ),
)  # fmt: skip
