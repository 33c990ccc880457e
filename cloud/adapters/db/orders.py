"""Orders, and what stations answered, in SQL. Any process that takes messages in writes answers here; the one that gave the order reads them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from sqlalchemy import Connection, Engine, delete, insert, select, update

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.tables import ORDER_ANSWERS, ORDERS
from cloud.domain.orders import OPEN, Answer, Ordered, OrderState
from cloud.ports import Batch
from contract.commands import Reply
from contract.envelope import FactEnvelope
from contract.orders import OrderCarriedOut, OrderFact, OrderKind, OrderRefused
from contract.signing import Flaw

FACTS = (OrderCarriedOut, OrderRefused)
FACT: TypeAdapter[OrderFact] = TypeAdapter(Annotated[OrderFact, Field(discriminator="kind")])


class SqlOrders:
    """See `cloud.domain.orders.OrderBook`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, one: Ordered) -> None:
        """A new one."""
        with writing(self._engine) as connection:
            connection.execute(insert(ORDERS).values(**_values(one)))

    def change(self, one: Ordered) -> None:
        """It stands elsewhere now."""
        fresh = {"state": one.state.value, "words": one.words, "flaw": one.flaw.value if one.flaw else None, "changed_ms": one.changed_ms}
        with writing(self._engine) as connection:
            connection.execute(update(ORDERS).where(ORDERS.c.id == one.id).values(**fresh))

    def one(self, order_id: str) -> Ordered | None:
        """By its id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(ORDERS).where(ORDERS.c.id == order_id)).first()
            return _read(row) if row else None

    def of(self, station: str, limit: int) -> list[Ordered]:
        """The newest of a station, the newest first."""
        found = select(ORDERS).where(ORDERS.c.station == station).order_by(ORDERS.c.asked_ms.desc(), ORDERS.c.id).limit(limit)
        with reading(self._engine) as connection:
            return [_read(row) for row in connection.execute(found)]

    def undecided(self) -> list[Ordered]:
        """Those that wait for something."""
        with reading(self._engine) as connection:
            return [_read(row) for row in connection.execute(select(ORDERS).where(ORDERS.c.state.in_([state.value for state in OPEN])))]

    def answers(self) -> list[Answer]:
        """What came and was not looked at yet."""
        with reading(self._engine) as connection:
            return [_answer(row) for row in connection.execute(select(ORDER_ANSWERS).order_by(ORDER_ANSWERS.c.order_id, ORDER_ANSWERS.c.step))]

    def seen(self, answer: Answer) -> None:
        """It was looked at."""
        table = ORDER_ANSWERS.c
        with writing(self._engine) as connection:
            connection.execute(delete(ORDER_ANSWERS).where(table.order_id == answer.order_id, table.step == answer.step))


def write_answers(connection: Connection, batch: Batch, fresh: list[FactEnvelope]) -> None:
    """Replies and facts of a batch that belong to an order of the same station, each kind once: nobody fills a table with words that nobody asked for."""
    told = [(one.station, one.reply.id, "challenge" if one.reply.challenge else "reply", one.reply.model_dump_json()) for one in batch.replies]
    told += [(one.station, one.data.id, "fact", one.data.model_dump_json()) for one in fresh if isinstance(one.data, FACTS)]
    if not told:
        return
    found = select(ORDERS.c.id, ORDERS.c.station, ORDERS.c.state).where(ORDERS.c.id.in_({order_id for _, order_id, _, _ in told}))
    known = {(row.station, row.id): OrderState(row.state) for row in connection.execute(found)}
    rows = [
        {"order_id": order_id, "step": step, "data": data}
        for station, order_id, step, data in told
        if (state := known.get((station, order_id))) and (step == "fact" or state in (*OPEN, OrderState.NO_ANSWER))
    ]
    if rows:
        connection.execute(insert_into(connection, ORDER_ANSWERS).on_conflict_do_nothing(), rows)


def _values(one: Ordered) -> dict[str, Any]:
    values = asdict(one) | {"kind": one.order.value, "state": one.state.value, "flaw": one.flaw.value if one.flaw else None}
    del values["order"]
    return values


def _read(row: Any) -> Ordered:
    values = dict(row._mapping)
    kind, flaw = values.pop("kind"), values.pop("flaw")
    return Ordered(**values | {"order": OrderKind(kind), "state": OrderState(values["state"]), "flaw": Flaw(flaw) if flaw else None})


def _answer(row: Any) -> Answer:
    said = FACT.validate_json(row.data) if row.step == "fact" else Reply.model_validate_json(row.data)
    return Answer(row.order_id, row.step, said)
