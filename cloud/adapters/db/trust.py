"""Roots, delegations, and which station showed which root, in SQL. The rules are in cloud/trust.py."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Engine, delete, func, select

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.tables import ROOTED_STATIONS, TRUST_DELEGATIONS, TRUST_ROOTS
from cloud.ports import Batch
from contract.signing import Signed


class SqlTrust:
    """What was put here, as it was signed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def roots(self) -> list[Signed]:
        """The whole chain, from version 1."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(TRUST_ROOTS.c.signed).order_by(TRUST_ROOTS.c.version))
            return [Signed.model_validate_json(text) for text in rows.scalars()]

    def add_roots(self, roots: Sequence[tuple[int, Signed]], now_ms: int) -> None:
        """By version; one that is there stays as it is."""
        rows = [{"version": version, "signed": signed.model_dump_json(), "put_ms": now_ms} for version, signed in roots]
        if rows:
            with writing(self._engine) as connection:
                connection.execute(insert_into(connection, TRUST_ROOTS).on_conflict_do_nothing(), rows)

    def delegations(self) -> list[Signed]:
        """In the order in which they were put."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(TRUST_DELEGATIONS.c.signed).order_by(TRUST_DELEGATIONS.c.put_ms, TRUST_DELEGATIONS.c.sha256))
            return [Signed.model_validate_json(text) for text in rows.scalars()]

    def put_delegation(self, signed: Signed, useless: Collection[str], now_ms: int) -> None:
        """Keep it, and let those with these SHA-256 go."""
        fresh = {"signed": signed.model_dump_json(), "put_ms": now_ms}
        with writing(self._engine) as connection:
            connection.execute(delete(TRUST_DELEGATIONS).where(TRUST_DELEGATIONS.c.sha256.in_(sorted(useless))))
            row = insert_into(connection, TRUST_DELEGATIONS).values(sha256=signed.sha256, **fresh)
            connection.execute(row.on_conflict_do_update(index_elements=["sha256"], set_=fresh))

    def forget(self) -> int:
        """Every root and what was delegated by them; how many roots there were."""
        with writing(self._engine) as connection:
            connection.execute(delete(TRUST_DELEGATIONS))
            return connection.execute(delete(TRUST_ROOTS)).rowcount

    def rooted(self) -> dict[str, int]:
        """The highest root that each station ever showed; 0: it said that it has none; who never said is not there."""
        with reading(self._engine) as connection:
            return {row.station: row.root for row in connection.execute(select(ROOTED_STATIONS))}


def write_rooted(connection: Connection, batch: Batch) -> None:
    """Which roots stations showed with their configuration. It never goes back: who once had keys is never told anything unsigned again."""
    shown: dict[str, int] = {}
    for one in batch.configs:
        shown[one.station] = max(one.report.root, shown.get(one.station, 0))
    if not shown:
        return
    statement = insert_into(connection, ROOTED_STATIONS)
    grown = func.greatest if connection.dialect.name == "postgresql" else func.max
    highest = grown(ROOTED_STATIONS.c.root, statement.excluded.root)
    rows = [{"station": station, "root": root} for station, root in sorted(shown.items())]
    connection.execute(statement.on_conflict_do_update(index_elements=["station"], set_={"root": highest}), rows)
