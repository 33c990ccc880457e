"""Every file that Grafana is given: path from the root -> text. `./kiosk check --fix` writes them, `./kiosk check` says when they are stale."""

from __future__ import annotations

import json

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import alerts, frame, provision
from dashboards.boards import BOARDS
from dashboards.words import Language


def generated() -> dict[str, str]:
    """Dashboards in both languages, data source, alert rules and whom to tell."""
    boards = {f"dashboards/json/{language.value}/{board.name}.json": text(frame.dashboard(board, language)) for language in Language for board in BOARDS}
    return {**boards, **provision.files(), **alerts.files()}


def text(board: Dashboard) -> str:
    """Always the same for the same dashboard."""
    found = json.loads(json.dumps(board, cls=JSONEncoder))
    # The SDK always asks for a place in a menu, where nobody looks for links.
    for one in (*found["links"], *found["annotations"]["list"]):
        one.pop("placement", None)
    return json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
