"""Wiring: settings -> stores, ingest, broker link, routes. No rules here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from fastapi import Depends, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine

from cloud.accounts import open_accounts
from cloud.adapters.db import SqlAlerts, SqlBacklog, SqlFaces, SqlLeases, SqlLedger, SqlPeople, SqlPhones, SqlStations, SqlTokens, SqlWorkers, open_engine
from cloud.adapters.db.series_book import SqlSeriesBook
from cloud.adapters.mqtt import CloudLink
from cloud.adapters.seal_keys import SealKeys
from cloud.api import alerts, audit, authority, console, faces, facts, health, login, people, phones, quota, refused, rollouts, samples, stations, stream, users
from cloud.api.auth import Gate
from cloud.api.errors import RESPONSES, add_handlers
from cloud.api.guard import Guard
from cloud.api.live import Hub
from cloud.api.parts import Parts
from cloud.authority import open_authority
from cloud.elsewhere import Elsewhere
from cloud.faces import CityFaces
from cloud.ingest import Counters, Ingest, Rebirths, Step
from cloud.leases import CityQuota
from cloud.orders import OrderDesk
from cloud.people import Announcer, RosterPeople
from cloud.phones import PhonePasses
from cloud.ports import Outgoing
from cloud.rollout_side import RolloutSide, open_rollouts
from cloud.series import Follower, SeriesSide
from cloud.series.bounded import Bounded
from cloud.series.rollup import Sources
from cloud.series.sampled import Sampled
from cloud.series_ports import SeriesSink
from cloud.series_store import open_series, series_side
from cloud.settings import Settings
from cloud.workers import WorkersHere
from contract.topics import SHARDS, shard

API = "/api/v1"
DAY_MS = 86_400_000


def wall_ms() -> int:
    """The cloud's own clock, UTC ms."""
    return time.time_ns() // 1_000_000


@dataclass
class Cloud:
    """All parts of one cloud, not yet running. `people` may be used at once, to seed a roster; `tokens.first()` too."""

    parts: Parts
    tokens: SqlTokens
    seals: SealKeys
    people: RosterPeople
    announcer: Announcer
    ingest: Ingest
    link: CloudLink | None
    engine: Engine
    series: SeriesSink
    series_side: SeriesSide = field(kw_only=True)
    workers: WorkersHere = field(kw_only=True)
    elsewhere: Elsewhere | None = field(kw_only=True)
    """Where this process takes in some shards only: what others store."""
    orders: OrderDesk = field(kw_only=True)
    rollouts: RolloutSide = field(kw_only=True)

    def start(self) -> None:
        """Begin to take in, then connect."""
        self.workers.start()
        if self.elsewhere:
            self.elsewhere.start()
        self.ingest.start()
        self.announcer.start()
        if self.parts.settings.is_main:
            self.orders.start()
            self.rollouts.thread.start()
        self.series_side.start()
        if self.link:
            self.link.start()

    def stop(self) -> None:
        """Ingest first: it lets the broker's thread go, which may be waiting for room."""
        self.ingest.stop()
        if self.link:
            self.link.stop()
        self.announcer.stop()
        self.orders.stop()
        self.rollouts.thread.stop()
        self.series_side.stop()
        if self.elsewhere:
            self.elsewhere.stop()
        self.workers.stop()
        self.series.close()
        self.engine.dispose()


def assemble(
    settings: Settings, outgoing: Outgoing | None = None, clock_ms: Callable[[], int] = wall_ms, crashed: Callable[[], None] = lambda: None,
) -> Cloud:  # fmt: skip
    """Open the stores and put everything together. With `outgoing`, that is used in place of a broker.

    Raises:
        LedgerDown, SeriesDown, SettingsRefused: nothing was started.
    """
    engine, series = open_engine(settings.database_url), Sampled(open_series(settings))
    ledger, known, tokens, hub = SqlLedger(engine), SqlStations(engine), SqlTokens(engine), Hub()
    accounts, acts = open_accounts(engine, tokens, clock_ms)
    link = None if outgoing else _link(settings, lambda *m: ingest.offer(*m), lambda: announce(), clock_ms)
    out = outgoing or link
    assert out is not None
    told = open_authority(engine, settings, known, out, clock_ms)
    store, announcer, roster_people = told.store, told.announcer, told.people
    seals = _seals(settings, store, clock_ms())
    announce: Callable[..., None] = announcer.announce if settings.is_main else lambda *_: None
    counters, elsewhere = Counters(), Elsewhere(ledger, known, hub, announce) if len(settings.owned) < SHARDS else None
    workers = WorkersHere(settings, SqlWorkers(engine), out, counters, clock_ms)
    orders, waves = told.desk(workers), open_rollouts(engine, told.trust, out, acts, series, clock_ms, crashed)
    step = Step(ledger, Bounded(series), out, elsewhere or hub, announce, clock_ms, counters)
    rebirths = Rebirths(ledger, known, out, lambda name: shard(name) in settings.owned, clock_ms, counters, round(settings.late_s * 1000))
    ingest = Ingest(step, _tidy(settings, ledger, series, counters, clock_ms), crashed, look=rebirths)
    book = SqlSeriesBook(engine)
    sources = Sources(settings, ledger, known, workers, book, series, counters, out, Follower(ledger, book, series, clock_ms), lambda: ingest.waiting)
    side = series_side(sources, clock_ms, crashed)
    detail: Callable[[], str] = (lambda: link.detail) if link else (lambda: "connected")
    parts = Parts(
        settings, ledger, known, roster_people, tokens, series, out, detail, ingest, hub, clock_ms, running_version(),
        PhonePasses(store, SqlPhones(engine), seals, clock_ms),
        CityFaces(SqlFaces(engine), store, out, announcer.announce, clock_ms),
        CityQuota(SqlLeases(engine), lambda: len(known.all()), clock_ms, settings.utc_offset_min),
        SqlAlerts(engine), SqlBacklog(engine), (lambda: link.lost_ms) if link else (lambda: None), workers=workers, series_state=side,
        accounts=accounts, audit=acts, audit_rows=acts, trust=told.trust, orders=orders, rollouts=waves.rollouts, configs=waves.configs,
    )
    return Cloud(
        parts, tokens, seals, roster_people, announcer, ingest, link, engine, series,
        series_side=side, workers=workers, elsewhere=elsewhere, orders=orders, rollouts=waves,
    )  # fmt: skip


def _seals(settings: Settings, store: SqlPeople, now_ms: int) -> SealKeys:
    """Keys of tickets; the process that tells rosters puts them, and the allowance, where rosters are made of."""
    seals = SealKeys(settings.data, now_ms)
    if settings.is_main:
        store.put_ticket_keys(seals.public())
        store.put_allowance(settings.offline_allowance)
    return seals


def _tidy(settings: Settings, ledger: SqlLedger, series: SeriesSink, counters: Counters, clock_ms: Callable[[], int]) -> Callable[[], None]:
    """What is deleted after its time, once an hour."""

    def tidy() -> None:
        if settings.facts_days and settings.is_main:
            counters.forgotten += ledger.forget(clock_ms() - settings.facts_days * DAY_MS)
        series.forget(clock_ms() - settings.series_days * DAY_MS)

    return tidy


def _link(
    settings: Settings, hear: Callable[[str, bytes, bool], None], connected: Callable[[], None], clock_ms: Callable[[], int]
) -> CloudLink:
    ca_file = str(settings.broker_ca_file) if settings.broker_ca_file else None
    address = (settings.broker_host, settings.broker_port)
    return CloudLink(address, settings.broker_user, settings.broker_password(), ca_file, hear, connected, clock_ms, settings.owned)


def create_app(cloud: Cloud) -> FastAPI:
    """The web application; its lifespan starts and stops the cloud."""
    parts = cloud.parts
    app = FastAPI(
        title="Smart station cloud", version=parts.version, lifespan=_lifespan(cloud), dependencies=[Depends(Gate(parts))],
        openapi_url=f"{API}/openapi.json", docs_url=None, redoc_url=None,
    )  # fmt: skip
    app.add_middleware(Guard, host_names=parts.settings.host_names)
    add_handlers(app)
    for noun in (stations, facts, refused, samples, health, stream):
        app.include_router(noun.routes(parts), prefix=API, responses=RESPONSES)
    for noun_read in (quota.reading(parts), alerts.reading(parts), console.routes(parts)):
        app.include_router(noun_read, prefix=API, responses=RESPONSES)
    if not parts.settings.is_main:
        return app
    app.include_router(phones.routes(parts), prefix=API, responses=RESPONSES)
    for noun_of_users in (login, users, audit):
        app.include_router(noun_of_users.routes(parts), prefix=API, responses=RESPONSES)
    for router in (*authority.routers(parts), *rollouts.routers(parts)):
        app.include_router(router, prefix=API, responses=RESPONSES)
    for router in (people.reading(parts), people.writing(parts), phones.operating(parts), faces.routes(parts), quota.of_person(parts), alerts.writing(parts)):
        app.include_router(router, prefix=API, responses=RESPONSES)
    page = str(files("cloud.console") / "static")
    app.mount("/phone", StaticFiles(directory=str(files("cloud.console") / "phone"), html=True), name="phone")
    app.mount("/console", StaticFiles(directory=page), name="console")
    app.get("/", include_in_schema=False)(lambda: FileResponse(f"{page}/index.html"))
    return app


def _lifespan(cloud: Cloud) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        cloud.parts.hub.attach(asyncio.get_running_loop())
        cloud.start()
        yield
        cloud.parts.hub.close()
        await asyncio.to_thread(cloud.stop)

    return lifespan


def running_version() -> str:
    """Of the installed distribution; `source` when it runs from a checkout."""
    try:
        return version("smart-station")
    except PackageNotFoundError:
        return "source"
