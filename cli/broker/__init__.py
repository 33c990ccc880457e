"""The embedded broker: `start(folder, stations)` runs one on loopback; the cloud and each station have an account.

NATS from its PyPI wheel, else `mosquitto` on PATH, else amqtt. `rights` says who may do what.
"""

from cli.broker.accounts import CLOUD, AccountRefused, Accounts
from cli.broker.engine import BrokerError
from cli.broker.running import KINDS, RunningBroker, start

__all__ = ["CLOUD", "KINDS", "AccountRefused", "Accounts", "BrokerError", "RunningBroker", "start"]
