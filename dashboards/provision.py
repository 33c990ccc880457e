"""What Grafana finds when it starts: the data source, where dashboards lie, whom to tell and how soon.

Names of the environment stand in `${...}`; Grafana fills them in. A contact point whose address is empty would keep Grafana from starting: those
that are not always wanted lie in dashboards/optional, and whoever wants one mounts it beside the others (see dashboards/README.md).
"""

from __future__ import annotations

import yaml

from dashboards.influxql import SOURCE
from dashboards.words import Language, Text

MOUNTED = "/etc/dashboards"
"""Where Grafana's container sees dashboards/json."""
FOLDER = "dashboards/provisioning"
HEAD = "# Written by dashboards/, see dashboards/README.md: ./kiosk check --fix\n"
RECEIVER = "operators"
FOLDERS = Text("Smart station", "智能驿站")

MOST_ALERTS = 25
"""Of one group in one message: the cloud takes bodies of 64 KiB, and an alert of our longest rule is some 2 KiB."""


def page(found: dict[str, object]) -> str:
    """As YAML, in the order given."""
    return HEAD + yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=4000)


def files() -> dict[str, str]:
    """Data source, provider, contact points and policies."""
    return {
        f"{FOLDER}/datasources/influxdb.yaml": page(_source()),
        f"{FOLDER}/dashboards/boards.yaml": page(_provider()),
        f"{FOLDER}/alerting/contact.yaml": page(_contact("webhook", _webhook())),
        f"{FOLDER}/alerting/policies.yaml": page(_policies()),
        "dashboards/optional/dingtalk.yaml": page(_contact("dingding", {"url": "${SMART_STATION_ALERT_DINGTALK}", "msgType": "actionCard", **_message()})),
        "dashboards/optional/wecom.yaml": page(_contact("wecom", {"url": "${SMART_STATION_ALERT_WECOM}", "msgtype": "markdown", **_message()})),
        "dashboards/optional/email.yaml": page(_contact("email", {"addresses": "${SMART_STATION_ALERT_EMAIL}", "singleEmail": True, **_message()})),
    }


def _source() -> dict[str, object]:
    """InfluxQL against InfluxDB 2.7, whose buckets are databases too; against 1.x and 3.x likewise. victoria-metrics has no InfluxQL."""
    settings = {
        "version": "InfluxQL", "dbName": "smart-station", "httpMode": "POST", "timeInterval": "30s", "maxSeries": 10_000,
        "httpHeaderName1": "Authorization",
    }  # fmt: skip
    found = {
        "name": "smart-station", "uid": SOURCE.uid, "type": SOURCE.type_val, "access": "proxy", "isDefault": True, "editable": False, "orgId": 1,
        "url": "${SERIES_URL}", "jsonData": settings, "secureJsonData": {"httpHeaderValue1": "Token ${SERIES_TOKEN}"},
    }  # fmt: skip
    return {"apiVersion": 1, "datasources": [found]}


def _provider() -> dict[str, object]:
    providers = [
        {
            "name": f"smart-station-{language.value}", "orgId": 1, "folder": FOLDERS.of(language), "folderUid": f"smart-station-{language.value}",
            "type": "file", "disableDeletion": True, "allowUiUpdates": False, "updateIntervalSeconds": 60,
            "options": {"path": f"{MOUNTED}/{language.value}", "foldersFromFilesStructure": False},
        }
        for language in Language
    ]  # fmt: skip
    return {"apiVersion": 1, "providers": providers}


def _contact(kind: str, settings: dict[str, object]) -> dict[str, object]:
    """All of one name: Grafana tells each of them."""
    receiver = {"uid": f"smart-station-{kind}", "type": kind, "settings": settings, "disableResolveMessage": False}
    return {"apiVersion": 1, "contactPoints": [{"orgId": 1, "name": RECEIVER, "receivers": [receiver]}]}


def _webhook() -> dict[str, object]:
    """The cloud's own POST /api/v1/alerts."""
    return {
        "url": "${SMART_STATION_ALERT_WEBHOOK}", "httpMethod": "POST", "authorization_scheme": "Bearer",
        "authorization_credentials": "${CLOUD_TOKEN}", "maxAlerts": MOST_ALERTS,
    }  # fmt: skip


def _message() -> dict[str, object]:
    said = "{{ .Status }} {{ .Labels.severity }}: {{ .Annotations.summary_zh }} {{ .Annotations.todo_zh }} / {{ .Annotations.summary }} {{ .Annotations.todo }}"
    return {"message": "{{ range .Alerts }}- " + said + "\n{{ end }}"}


def _policies() -> dict[str, object]:
    """Critical: at once, again each hour. All else: together, again twice a day."""
    critical = {
        "receiver": RECEIVER, "object_matchers": [["severity", "=", "critical"]], "group_wait": "10s", "group_interval": "1m", "repeat_interval": "1h",
    }  # fmt: skip
    root = {
        "orgId": 1, "receiver": RECEIVER, "group_by": ["alertname", "district"], "group_wait": "1m", "group_interval": "5m", "repeat_interval": "12h",
        "routes": [critical],
    }  # fmt: skip
    return {"apiVersion": 1, "policies": [root]}
