"""Charging: do sockets give power, and does none get dangerous?"""

from contract.series import Measurement, Tag
from dashboards.influxql import BOTH, STATIONS, Query, hours, pick
from dashboards.panels import Board, Column, Look, Panel, Row
from dashboards.words import NEVER, NO_HOUR, NONE, Text, ill_from, warn_ill

HOT = f"(\"kind\" = 'over_power' OR \"kind\" = 'over_temperature' OR \"kind\" = 'smoke' OR \"kind\" = 'relay_stuck') AND \"active\" = 1 AND {STATIONS}"
BOARD = Board(
    "charging",
    Text("Charging", "充电"),
    Text("Do sockets give power, and does none get dangerous?", "插座能用吗？有没有危险？"),
    (
        Row(5, (
            Panel(
                1, Look.NUMBER, Text("Charges", "充电次数"), Text("How many charges ended in this time?", "此时段完成多少次充电？"), NEVER,
                (Query(pick(Measurement.CHARGE, "count", ["energy_wh"], STATIONS)),), none=NONE,
            ),
            Panel(
                2, Look.NUMBER, Text("Energy", "电量"), Text("How much energy did they take?", "用了多少电？"), NEVER,
                (Query(pick(Measurement.CHARGE, "sum", ["energy_wh"], STATIONS)),), unit="watth", none=NONE,
            ),
            Panel(
                3, Look.NUMBER, Text("E-bike batteries suspected", "疑似电动车电池"),
                Text("Did somebody charge an e-bike battery inside?", "是否有人在室内充电动车电池？"),
                Text("Look at the camera at once: these burn.", "立即查看摄像头：有起火风险。"),
                (Query(pick(Measurement.CHARGE, "count", ["energy_wh"], f"\"stop\" = 'ebike_suspected' AND {STATIONS}")),), steps=ill_from(1), none=NONE,
            ),
            Panel(
                4, Look.NUMBER, Text("Heat and overload", "过热与过载"), Text("Was a socket switched off for its safety?", "是否有插座因安全断电？"),
                Text("Open the alarms dashboard. It stays off until a person has looked.", "打开告警看板。需人工检查后才恢复。"),
                (Query(pick(Measurement.FAULT, "count", ["active"], HOT)),), steps=ill_from(1), none=NONE,
            ),
            Panel(
                5, Look.NUMBER, Text("Cut short", "中途结束"), Text("How many charges were ended by a fault or an interruption?", "多少次因故障或中断结束？"),
                Text("Many at one station: look at its meter and its restarts.", "集中在某站：检查电表与重启。"),
                (Query(pick(Measurement.CHARGE, "count", ["energy_wh"], f"(\"stop\" = 'fault' OR \"stop\" = 'interrupted') AND {STATIONS}")),),
                steps=warn_ill(1, 20), none=NONE,
            ),
        )),
        Row(9, (
            Panel(
                6, Look.CURVES, Text("Power of all sockets", "插座总功率"),
                Text("How much is drawn at once, on the average of an hour?", "每小时平均同时用电多少？"), NEVER,
                (Query(hours(Measurement.SAMPLE_HOUR, "sum", ["socket_w_mean"], f'"part" =~ /./ AND {STATIONS}')),), unit="watt",
                names=(("socket_w_mean", Text("power", "功率")),), none=Text("nothing sampled", "无采样"),
            ),
            Panel(
                7, Look.COLUMNS, Text("Energy by hour", "每小时电量"), Text("When do people charge? (full hours)", "何时充电？（整点统计）"), NEVER,
                (Query(hours(Measurement.HOURLY, "sum", ["energy_wh"], BOTH)),), unit="watth",
                names=(("energy_wh", Text("energy", "电量")),), none=NO_HOUR,
            ),
        )),
        Row(10, (
            Panel(
                8, Look.TABLE, Text("By station", "按站点"), Text("Where is much charged? (full hours)", "哪里充电多？（整点统计）"), NEVER,
                (Query(pick(Measurement.HOURLY, "sum", ["charges", "energy_wh", "loans"], BOTH, [Tag.STATION]), table=True),),
                columns=(
                    Column("station", Text("Station", "站点"), opens=True), Column("charges", Text("Charges", "充电次数")),
                    Column("energy_wh", Text("Energy", "电量"), "watth"), Column("loans", Text("Power banks lent", "充电宝借出")),
                ), sort="energy_wh", none=NO_HOUR,
            ),
            Panel(
                9, Look.CURVES, Text("Longest charge", "最长充电"), Text("Does somebody hold a socket for hours?", "是否有人长时间占用？"),
                Text("Never red; stations end it when others wait.", "不会变红；有人等待时站点会结束。"),
                (Query(pick(Measurement.CHARGE, "max", ["lasted_s"], STATIONS, every=True, fill="null")),), unit="s",
                names=(("lasted_s", Text("longest", "最长")),), none=NONE,
            ),
        )),
    ),
    stations="many",
    since="now-24h",
    refresh="1m",
)  # fmt: skip
