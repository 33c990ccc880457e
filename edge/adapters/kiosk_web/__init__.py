"""The touch screen: serves one page, shows a snapshot, posts what was pressed. Decides nothing and keeps nothing."""

from edge.adapters.kiosk_web.server import KioskWeb, WebError

__all__ = ["KioskWeb", "WebError"]
