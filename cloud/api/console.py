"""What the page of operators has to know of this installation."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from cloud.api.parts import Parts


class ConsoleView(BaseModel):
    """Empty where there is none."""

    grafana_url: str = Field(description="address of Grafana as browsers reach it, without a slash at the end")


def routes(parts: Parts) -> APIRouter:
    """`/console`."""
    router = APIRouter(tags=["console"])

    @router.get("/console")
    def console() -> ConsoleView:
        """Links out of the console."""
        return ConsoleView(grafana_url=parts.settings.grafana_url.rstrip("/"))

    return router
