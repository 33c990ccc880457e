"""When somebody is told: rules as plain data, and the files from which Grafana reads them, its contact points and policies.

Rules watch symptoms that people feel, and the platform. A rule on symptoms is silent when there is no data: that is what the platform's
rules are for, so one broken link is one message. Templates use `.Labels`, since a dollar sign would be taken for a variable of the environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contract.series import Measurement, Tag
from dashboards.boards import alarms, door, fleet, platform, water
from dashboards.influxql import RANGE, SOURCE, Query, pick
from dashboards.panels import Board
from dashboards.provision import page
from dashboards.words import Language, Text

FOLDER = "smart-station"
LOST_RATIO = 0.1
"""Of a district, above which somebody is told."""
EXPRESSION = "__expr__"


class Severity(StrEnum):
    """How soon, and how often again."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """`when` is a mathematical expression over the newest value of each query: A, B, ... as $A, $B. `spans_s`: how far each looks back, in s."""

    name: str
    title: Text
    queries: tuple[str, ...]
    spans_s: tuple[int, ...]
    when: str
    lasts: str
    severity: Severity
    summary: Text
    todo: Text
    board: Board
    panel: int
    silence_is_bad: bool = False


def _worst(measurement: Measurement, how: str, field: str, by: tuple[Tag, ...] = (), having: str = "", where: str = "") -> str:
    inner = pick(measurement, how, [field], where, by)
    if not having:
        return inner
    groups = ", ".join(f'"{tag.value}"' for tag in by)
    return f'SELECT "{field}" FROM ({inner}) WHERE {RANGE} AND "{field}" {having} GROUP BY {groups}'


_REFUSED = f"SELECT sum(\"count\") AS \"count\" FROM \"entry\" WHERE {RANGE} AND \"kind\" = 'refused' GROUP BY \"reason\""
_GONE = (
    f'SELECT sum("facts_missing") AS "facts_missing" FROM (SELECT non_negative_difference(last("facts_missing")) AS "facts_missing" '
    f'FROM "platform" WHERE {RANGE} GROUP BY time(1m), "worker" fill(none)) WHERE {RANGE}'
)
_DIFFERENCE = f'SELECT max("ledger_facts") - max("series_facts") AS "difference" FROM "platform" WHERE {RANGE}'
P = Measurement.PLATFORM

SYMPTOMS = (
    Rule(
        "stations-lost", Text("Many stations lost in a district", "城区大量站点失联"),
        (_worst(Measurement.FLEET, "last", "lost_ratio", (Tag.DISTRICT,)),), (300,), f"$A > {LOST_RATIO}", "3m", Severity.CRITICAL,
        Text("More than 10 % of the stations in {{ .Labels.district }} are lost or late.", "{{ .Labels.district }} 超过 10% 的站点失联或迟报。"),
        Text("One district: ask for power and network there. All districts: look at the platform dashboard first.",
             "单个城区：确认当地供电与网络。所有城区：先看平台看板。"), fleet.BOARD, 9,
    ),
    Rule(
        "alarm-standing", Text("An alarm stands for 5 minutes", "告警持续 5 分钟"),
        (_worst(Measurement.PRESENCE, "min", "alarms", (Tag.STATION, Tag.DISTRICT), "> 0"),), (300,), "$A > 0", "1m", Severity.CRITICAL,
        Text("Station {{ .Labels.station }} ({{ .Labels.district }}) has had an alarm for 5 minutes.",
             "站点 {{ .Labels.station }}（{{ .Labels.district }}）的告警已持续 5 分钟。"),
        Text("Open the station in the console: it says what each alarm needs. Fire and smoke: call the place first.",
             "在控制台打开该站点，按说明处理。火警与烟雾：先联系现场。"), alarms.BOARD, 5,
    ),
    Rule(
        "refusals-jump", Text("Refusals jump", "拒绝次数激增"), (_REFUSED, _REFUSED), (900, 86_400), "$A > 20 && $A > 3 * $B / 96", "5m", Severity.WARNING,
        Text("Refusals for {{ .Labels.reason }} are at three times what is usual.", "因 {{ .Labels.reason }} 的拒绝达到平常的三倍。"),
        Text("not_sure: light, camera or a new version. wrong_code: somebody tries codes. See which stations on the door dashboard.",
             "not_sure：光线、摄像头或新版本；wrong_code：有人试密码。在门禁看板查看是哪些站点。"), door.BOARD, 8,
    ),
    Rule(
        "fridge-warm", Text("A fridge is warm", "冰箱温度过高"),
        (_worst(Measurement.SAMPLE, "min", "fridge_c", (Tag.STATION, Tag.PART), "> 8", '"part" =~ /./'),), (1800,), "$A > 8", "5m", Severity.WARNING,
        Text("The fridge of station {{ .Labels.station }} has been above 8 °C for half an hour.", "站点 {{ .Labels.station }} 的冰箱高于 8 °C 已半小时。"),
        Text("It sells nothing any more. Check its door and compressor; throw away what it holds if it was warm for two hours.",
             "已停售。检查柜门与压缩机；超过两小时请丢弃内部商品。"), water.BOARD, 8,
    ),
)  # fmt: skip

PLATFORM = (
    Rule(
        "no-ingest", Text("Nothing comes in", "没有数据入库"), (_worst(P, "min", "quiet_s"),), (120,), "$A > 300", "0s", Severity.CRITICAL,
        Text("For 5 minutes no message of any station was stored.", "已 5 分钟没有任何站点数据入库。"),
        Text("Is the broker up, are its passwords right, is the cloud's process alive? Stations keep everything meanwhile.",
             "检查消息服务、其密码与云端进程。期间站点保留全部数据。"), platform.BOARD, 4, silence_is_bad=True,
    ),
    Rule(
        "broker-lost", Text("A worker lost the broker", "工作进程与消息服务断开"),
        (_worst(P, "max", "broker", (Tag.WORKER,)),), (120,), "$A < 1", "1m", Severity.CRITICAL,
        Text("Worker {{ .Labels.worker }} has no connection to the broker.", "工作进程 {{ .Labels.worker }} 与消息服务断开。"),
        Text("Is the broker up, did its address or password change?", "检查消息服务是否运行，地址或密码是否变更。"), platform.BOARD, 1,
    ),
    Rule(
        "ledger-ill", Text("The ledger takes nothing", "账本无法写入"), (_worst(P, "max", "ledger", (Tag.WORKER,)),), (120,), "$A < 1", "1m", Severity.CRITICAL,
        Text("Worker {{ .Labels.worker }} can not write to the SQL database.", "工作进程 {{ .Labels.worker }} 无法写入 SQL 数据库。"),
        Text("Disk full, database down, password? Nothing is acknowledged until it works, so nothing is lost.",
             "检查磁盘、数据库与密码。恢复前不会确认，因此不会丢失。"), platform.BOARD, 2,
    ),
    Rule(
        "series-behind", Text("Series behind the ledger", "时序落后于账本"), (_worst(P, "min", "series_behind", (Tag.WORKER,)),),
        (300,), "$A > 1000", "5m", Severity.WARNING,
        Text("More than 1,000 facts of the ledger have had no points for 5 minutes: dashboards are old.",
        "账本中超过 1000 条事实 5 分钟没有数据点：看板滞后。"),
        Text("Is the series store up and fast enough, is its disk full? It catches up by itself.", "检查时序库是否运行、是否过慢、磁盘是否已满。会自动追上。"),
        platform.BOARD, 5,
    ),
    Rule(
        "ledger-series-differ", Text("Ledger and series disagree", "账本与时序不一致"), (_DIFFERENCE,), (120,), "$A != 0", "15m", Severity.WARNING,
        Text("Ledger and series count another number of facts for the last full hour.", "上一整点账本与时序的事实数不一致。"),
        Text("`kiosk series status` says where; `kiosk series rebuild` writes the points anew from the ledger. The ledger is right.",
             "kiosk series status 查看位置；kiosk series rebuild 从账本重建。以账本为准。"), platform.BOARD, 7,
    ),
    Rule(
        "facts-missing", Text("A station declared facts gone", "站点声明事实丢失"), (_GONE,), (3600,), "$A > 0", "0s", Severity.CRITICAL,
        Text("A station declared that facts are gone which the cloud never had.", "有站点声明丢失了云端从未收到的事实。"),
        Text("Find it in the console: its disk died or its database was replaced. Compare its quota and stock by hand.",
             "在控制台查找：磁盘损坏或数据库被更换。请人工核对额度与库存。"), platform.BOARD, 6,
    ),
)  # fmt: skip


def files() -> dict[str, str]:
    """The file of rules."""
    groups = [_group("symptoms", SYMPTOMS), _group("platform", PLATFORM)]
    return {"dashboards/provisioning/alerting/rules.yaml": page({"apiVersion": 1, "groups": groups})}


def _group(name: str, rules: tuple[Rule, ...]) -> dict[str, object]:
    return {"orgId": 1, "name": name, "folder": FOLDER, "interval": "1m", "rules": [_rule(rule, name) for rule in rules]}


def _rule(rule: Rule, group: str) -> dict[str, object]:
    refs = [chr(ord("A") + n) for n in range(len(rule.queries))]
    data = [_query(ref, text, span) for ref, text, span in zip(refs, rule.queries, rule.spans_s, strict=True)]
    newest = [_expression(_newest(ref), {"type": "reduce", "expression": ref, "reducer": "last", "settings": {"mode": "dropNN"}}) for ref in refs]
    when = _expression("when", {"type": "math", "expression": _named(rule.when, refs)})
    return {
        "uid": rule.name, "title": f"{rule.title.en} {rule.title.zh}", "condition": "when", "data": [*data, *newest, when], "for": rule.lasts,
        "noDataState": "Alerting" if rule.silence_is_bad else "OK", "execErrState": "Alerting" if rule.silence_is_bad else "OK",
        "dashboardUid": f"{Language.ZH.value}-{rule.board.name}", "panelId": rule.panel,
        "labels": {"severity": rule.severity.value, "about": group},
        "annotations": {"summary": rule.summary.en, "todo": rule.todo.en, "summary_zh": rule.summary.zh, "todo_zh": rule.todo.zh},
        "isPaused": False,
    }  # fmt: skip


def _named(when: str, refs: list[str]) -> str:
    """$A, written for a person, is the reduced value of A."""
    for ref in refs:
        when = when.replace(f"${ref}", f"${{{_newest(ref)}}}")
    return when


def _newest(ref: str) -> str:
    """Small letters: nobody takes it for a variable of the environment."""
    return f"newest_{ref.lower()}"


def _query(ref: str, text: str, span_s: int) -> dict[str, object]:
    model = {**Query(text, ref=ref).to_json(), "datasource": SOURCE.to_json(), "intervalMs": 30_000, "maxDataPoints": 1000}
    return {"refId": ref, "relativeTimeRange": {"from": span_s, "to": 0}, "datasourceUid": SOURCE.uid, "model": model}


def _expression(ref: str, model: dict[str, object]) -> dict[str, object]:
    source = {"type": EXPRESSION, "uid": EXPRESSION}
    return {"refId": ref, "relativeTimeRange": {"from": 0, "to": 0}, "datasourceUid": EXPRESSION, "model": {"refId": ref, "datasource": source, **model}}
