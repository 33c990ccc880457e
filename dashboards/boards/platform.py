"""Platform: can the other dashboards be believed?"""

from contract.series import Measurement, Tag
from dashboards.influxql import NOW, RANGE, Query, pick
from dashboards.panels import Board, Column, Look, Panel, Row
from dashboards.words import HEALTH, NONE, Colour, Step, Text, ill_below, ill_from, warn_ill

P = Measurement.PLATFORM
WORKER = ["broker", "ledger", "series", "waiting", "lag_ms", "quiet_s", "series_behind", "rss_mb"]
GONE = pick(P, "spread", ["facts_missing"], "", [Tag.WORKER])


def _now(how: str, *fields: str) -> tuple[Query, ...]:
    return (Query(pick(P, how, fields, "", during=NOW)),)


def _speed(field: str, ref: str) -> Query:
    inner = f'SELECT non_negative_derivative(max("{field}"), 1s) AS "{field}" FROM "platform" WHERE {RANGE} GROUP BY time($__interval), "worker" fill(null)'
    return Query(f'SELECT sum("{field}") AS "{field}" FROM ({inner}) WHERE {RANGE} GROUP BY time($__interval) fill(null)', ref=ref)


BOARD = Board(
    "platform",
    Text("Platform", "平台"),
    Text("Does the platform work, and can the other dashboards be believed?", "平台正常吗？其他看板可信吗？"),
    (
        Row(5, (
            Panel(
                1, Look.NUMBER, Text("Broker", "消息服务"), Text("Is every worker connected to the broker?", "各工作进程都连上消息服务了吗？"),
                Text("Is the broker up, did a password change? Stations keep everything meanwhile.",
                "消息服务是否运行、密码是否变更？期间站点会保留全部数据。"),
                _now("min", "broker"), steps=ill_below(1), words=HEALTH,
            ),
            Panel(
                2, Look.NUMBER, Text("Ledger", "账本"), Text("Does the SQL database take facts?", "SQL 数据库能写入吗？"),
                Text("Disk full, database down? Nothing is acknowledged until it works.", "磁盘满或数据库停机？恢复前不会确认任何数据。"),
                _now("min", "ledger"), steps=ill_below(1), words=HEALTH,
            ),
            Panel(
                3, Look.NUMBER, Text("Series store", "时序库"), Text("Does the time-series store take points?", "时序库能写入吗？"),
                Text("Facts are safe in the ledger and follow by themselves; samples wait at the stations.", "事实在账本中安全，会自动补写；采样在站点等待。"),
                _now("min", "series"), steps=ill_below(1), words=HEALTH,
            ),
            Panel(
                4, Look.NUMBER, Text("Nothing stored for", "未入库时长"), Text("How long ago did the last message come in?", "距上次入库多久？"),
                Text("Above 5 min: broker, network of the broker, or all stations.", "超过 5 分钟：消息服务、其网络，或全部站点。"),
                _now("min", "quiet_s"), unit="s", steps=warn_ill(60, 300),
            ),
            Panel(
                5, Look.NUMBER, Text("Series behind", "时序落后"), Text("How many facts of the ledger have no point yet?", "账本中有多少事实尚无数据点？"),
                Text("Falls by itself; rising for minutes: the series store is too slow or down. Dashboards are old by that much.",
                     "会自动下降；持续上升：时序库过慢或停机，看板因此滞后。"),
                _now("max", "series_behind"), steps=warn_ill(1000, 10_000),
            ),
            Panel(
                6, Look.NUMBER, Text("Facts missing", "缺失事实"),
                Text("How many facts did stations declare gone, in this time?", "此时段站点声明丢失多少事实？"),
                Text("Find the station in the console: its disk died, or its database was replaced.", "在控制台查找站点：磁盘损坏或数据库被更换。"),
                (Query(f'SELECT max("facts_missing") AS "facts_missing" FROM ({GONE}) WHERE {RANGE}'),), steps=ill_from(1),
            ),
            Panel(
                7, Look.NUMBER, Text("Ledger − series", "账本−时序"), Text("Do both count the same facts for the last full hour?", "上一整点两者计数一致吗？"),
                Text("Not 0 for more than ten minutes: `kiosk series rebuild`.", "持续十分钟不为 0：执行 kiosk series rebuild。"),
                (Query(f'SELECT max("ledger_facts") - max("series_facts") AS "difference" FROM "platform" WHERE {NOW}'),),
                steps=(Step(None, Colour.ILL), Step(0, Colour.WELL), Step(1, Colour.ILL)),
            ),
        )),
        Row(8, (
            Panel(
                8, Look.CURVES, Text("Stored per second", "每秒入库"), Text("How much comes in?", "进来多少？"),
                Text("A hole in both: nothing came in, or the cloud was away.", "两者同时中断：没有数据或云端停机。"),
                (_speed("stored", "A"), _speed("samples", "B")), unit="cps", decimals=1,
                names=(("stored", Text("facts", "事实")), ("samples", Text("batches of samples", "采样批次"))),
            ),
            Panel(
                9, Look.CURVES, Text("Refused, duplicate and late points", "拒绝、重复与补写"), Text("Is something sending rubbish?", "是否有异常消息？"),
                Text("Refused ones lie in the API under /refused with their reason.", "被拒消息及原因见 API /refused。"),
                (_speed("refused", "A"), _speed("duplicates", "B"), _speed("points_lost", "C")), unit="cps", decimals=2,
                names=(("refused", Text("refused", "拒绝")), ("duplicates", Text("came again", "重复")),
                ("points_lost", Text("points written later", "补写点"))),
            ),
            Panel(
                10, Look.CURVES, Text("Age at commit", "入库延迟"), Text("How old is the oldest message when it is stored?", "最旧消息入库时延迟多少？"),
                Text("Above 5 s: the database is slow, or a worker is missing.", "超过 5 秒：数据库慢或缺少工作进程。"),
                (Query(pick(P, "max", ["lag_ms"], "", [Tag.WORKER], every=True, fill="null"), alias="$tag_worker"),), unit="ms", steps=ill_from(5000),
            ),
        )),
        Row(8, (
            Panel(
                11, Look.TABLE, Text("Workers", "工作进程"), Text("Which worker is ill?", "哪个进程异常？"),
                Text("Restart that one; others go on.", "重启该进程；其余不受影响。"),
                (Query(pick(P, "last", WORKER, "", [Tag.WORKER], NOW), table=True),),
                columns=(
                    Column("worker", Text("Worker", "进程")), Column("broker", Text("Broker", "消息服务"), words=HEALTH),
                    Column("ledger", Text("Ledger", "账本"), words=HEALTH), Column("series", Text("Series", "时序库"), words=HEALTH),
                    Column("waiting", Text("Waiting", "待入库"), steps=warn_ill(500, 2000)), Column("lag_ms", Text("Age at commit", "入库延迟"), "ms"),
                    Column("quiet_s", Text("Quiet for", "静默"), "s"), Column("series_behind", Text("Series behind", "时序落后")),
                    Column("rss_mb", Text("Memory", "内存"), "mbytes"),
                ), width=14,
            ),
            Panel(
                12, Look.CURVES, Text("How late facts arrive", "事实到达延迟"),
                Text("How old are facts when they arrive (95 of 100)?", "95% 的事实到达时延迟多少？"),
                Text("Hills are stations that come back and deliver what they kept.", "隆起为站点恢复后补传。"),
                (Query(f'SELECT percentile("late_s", 95) AS "late_s" FROM "fact" WHERE {RANGE} GROUP BY time($__interval) fill(null)'),), unit="s",
                names=(("late_s", Text("late", "延迟")),), none=NONE,
            ),
        )),
    ),
    places=False,
    refresh="30s",
    notes=False,
)  # fmt: skip
