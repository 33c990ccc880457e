"""Water and fridge: is there water, is what is sold cold?"""

from contract.series import Measurement, Tag
from dashboards.influxql import BOTH, STATIONS, Query, hours, pick
from dashboards.panels import Board, Column, Look, Panel, Row
from dashboards.words import NEVER, NO_HOUR, NONE, Text, ill_from, warn_ill

NO_PROBE = Text("no believable probe", "无可信探头")
PROBE = f'"part" =~ /./ AND {STATIONS}'
RECENT = "time > ${__to}ms - 15m AND time <= ${__to}ms"
"""Samples are sent in batches, so the newest may be minutes old."""


def _stopped(*stops: str) -> str:
    return "(" + " OR ".join(f"\"stop\" = '{stop}'" for stop in stops) + f") AND {STATIONS}"


BOARD = Board(
    "water",
    Text("Water and fridge", "饮水与冰箱"),
    Text("Is there water, and is what is sold cold?", "有水吗？售卖的东西够冷吗？"),
    (
        Row(5, (
            Panel(
                1, Look.NUMBER, Text("Water drawn", "出水量"), Text("How much was drawn in this time?", "此时段出水多少？"),
                Text("None by day: is a valve or the supply shut?", "白天为零：阀门或水源是否关闭？"),
                (Query(pick(Measurement.WATER, "sum", ["poured_ml"], STATIONS)),), unit="mlitre", none=NONE,
            ),
            Panel(
                2, Look.NUMBER, Text("Ended without flow", "无水流终止"), Text("How often did no water come?", "多少次没有出水？"),
                Text("Look at the supply and the filter of these stations.", "检查水源与滤芯。"),
                (Query(pick(Measurement.WATER, "count", ["poured_ml"], _stopped("no_flow"))),), steps=warn_ill(1, 20), none=NONE,
            ),
            Panel(
                3, Look.NUMBER, Text("Ended by a fault", "故障终止"),
                Text("How often did a fault end a pour (leak, overrun)?", "多少次因故障（漏水、超量）终止？"),
                Text("Open the alarms dashboard: which station leaks?", "打开告警看板：哪个站点漏水？"),
                (Query(pick(Measurement.WATER, "count", ["poured_ml"], _stopped("fault", "time_limit"))),), steps=ill_from(1), none=NONE,
            ),
            Panel(
                4, Look.NUMBER, Text("Bottles taken", "取走瓶数"), Text("How many bottles were taken?", "取走多少瓶？"), NEVER,
                (Query(pick(Measurement.BOTTLES, "sum", ["count"], STATIONS)),), none=NONE,
            ),
            Panel(
                5, Look.NUMBER, Text("Warmest fridge", "最热的冰箱"), Text("How warm is the warmest fridge now?", "当前最热的冰箱多少度？"),
                Text("Above 8 °C it hands nothing out: find it in the table, check door and compressor.", "高于 8 °C 停售：在下表找到它，检查柜门与压缩机。"),
                (Query(pick(Measurement.SAMPLE, "max", ["fridge_c"], PROBE, during=RECENT)),), unit="celsius", decimals=1, steps=warn_ill(6.5, 8),
                none=NO_PROBE,
            ),
        )),
        Row(9, (
            Panel(
                6, Look.COLUMNS, Text("Water by hour", "每小时出水"), Text("When is water drawn? (full hours)", "何时用水？（整点统计）"),
                Text("At night without people: look for a leak.", "深夜无人却出水：检查是否漏水。"),
                (Query(hours(Measurement.HOURLY, "sum", ["water_ml"], BOTH)),), unit="mlitre",
                names=(("water_ml", Text("water", "饮水")),), none=NO_HOUR,
            ),
            Panel(
                7, Look.CURVES, Text("Fridges", "冰箱温度"),
                Text("How warm are the warmest and the average probe? (by hour)", "最高与平均温度如何？（按小时）"),
                Text("The warmest rises alone: one fridge. Both rise: look at the probes' version first.", "仅最高上升：个别冰箱；两者同升：先查探头版本。"),
                (Query(hours(Measurement.SAMPLE_HOUR, "max", ["fridge_c_max"], PROBE), alias="warmest"),
                 Query(hours(Measurement.SAMPLE_HOUR, "mean", ["fridge_c_mean"], PROBE), alias="average", ref="B")),
                unit="celsius", steps=ill_from(8), none=NO_PROBE,
                names=(("warmest", Text("warmest", "最高")), ("average", Text("average", "平均"))),
            ),
        )),
        Row(10, (
            Panel(
                8, Look.TABLE, Text("Fridges now", "当前冰箱"), Text("Which fridge is warm?", "哪台冰箱偏热？"),
                Text("A click on the name opens the station. The warmest of its probes counts.", "点击站点名打开详情。取该站最高探头。"),
                (Query(pick(Measurement.SAMPLE, "max", ["fridge_c"], PROBE, [Tag.STATION], RECENT), table=True),),
                columns=(Column("station", Text("Station", "站点"), opens=True),
                Column("fridge_c", Text("Warmest probe", "最高温度"), "celsius", steps=warn_ill(6.5, 8))),
                sort="fridge_c", none=NO_PROBE, width=10,
            ),
            Panel(
                9, Look.TABLE, Text("Use by station", "各站用量"), Text("Where is much drawn? (full hours)", "哪里用得多？（整点统计）"),
                Text("Much more than its neighbours: look for a leak or a broken meter.", "远高于邻站：检查漏水或流量计。"),
                (Query(pick(Measurement.HOURLY, "sum", ["water_ml", "pours", "bottles"], BOTH, [Tag.STATION]), table=True),),
                columns=(
                    Column("station", Text("Station", "站点"), opens=True), Column("water_ml", Text("Water", "饮水"), "mlitre"),
                    Column("pours", Text("Drinks", "次数")), Column("bottles", Text("Bottles", "瓶数")),
                ), sort="water_ml", none=NO_HOUR,
            ),
        )),
    ),
    stations="many",
    since="now-24h",
    refresh="1m",
)  # fmt: skip
