"""From a message of the broker to a committed fact and its acknowledgement."""

from cloud.ingest.counters import Counters
from cloud.ingest.inbox import Inbox, Message
from cloud.ingest.loop import Ingest
from cloud.ingest.rebirth import Rebirths
from cloud.ingest.step import Step

__all__ = ["Counters", "Inbox", "Ingest", "Message", "Rebirths", "Step"]
