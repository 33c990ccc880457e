"""The station's memory in SQLite: the ledger and the samples, in databases of their own."""

from edge.adapters.store.ledger import SqliteLedger
from edge.adapters.store.samples import SqliteSamples

__all__ = ["SqliteLedger", "SqliteSamples"]
