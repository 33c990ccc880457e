"""The cloud's SQL database: SQLite by default, PostgreSQL by URL; SQLAlchemy Core, numbered migrations."""

from cloud.adapters.db.alerts import SqlAlerts
from cloud.adapters.db.backlog import SqlBacklog
from cloud.adapters.db.engine import open_engine
from cloud.adapters.db.faces import SqlFaces
from cloud.adapters.db.leases import SqlLeases
from cloud.adapters.db.ledger import SqlLedger
from cloud.adapters.db.people import SqlPeople
from cloud.adapters.db.phones import SqlPhones
from cloud.adapters.db.stations import SqlStations
from cloud.adapters.db.tokens import SqlTokens
from cloud.adapters.db.workers import SqlWorkers

__all__ = ["SqlAlerts", "SqlBacklog", "SqlFaces", "SqlLeases", "SqlLedger", "SqlPeople", "SqlPhones", "SqlStations", "SqlTokens", "SqlWorkers", "open_engine"]
