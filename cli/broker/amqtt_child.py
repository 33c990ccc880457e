"""The process that runs amqtt, with this project's accounts and rights as its plugins.

amqtt's own plugins are not used: its password file costs an Argon2 hash a login, and it lets a last will out on any
topic. amqtt 0.12 also sends every client, as it connects, the retained messages of *all* subscriptions: `StationBroker`
holds those of others back. What is left: who fails to log in still cuts off a session of the same client id (amqtt
takes over first), a kept session goes to whoever names it, and it loses messages: use clean sessions.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amqtt.broker import Broker
from amqtt.contexts import Action
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from cli.broker.engine import HOST


def users(file: str) -> dict[str, Any]:
    """The accounts as `amqtt.Amqtt.prepare` wrote them; read each time, since a station may have been added."""
    found = json.loads(Path(file).read_text("utf-8"))["users"]
    return found if isinstance(found, dict) else {}


def covers(allowed: str, asked: str) -> bool:
    """Whether the filter `allowed` (with `+` levels, no `#`) includes the topic or filter `asked`."""
    mine, theirs = allowed.split("/"), asked.split("/")
    return len(mine) == len(theirs) and all(a in ("+", b) and b != "#" for a, b in zip(mine, theirs, strict=True))


class StationLogin(BaseAuthPlugin):
    """Lets in who has the right password and does not leave a last will on somebody else's topic."""

    @dataclass
    class Config:
        """file: what `prepare` wrote."""

        file: str = ""

    async def authenticate(self, *, session: Session) -> bool:
        """True only for a known user with the right password."""
        its = users(self._get_config_option("file")).get(session.username or "")
        if its is None or not hmac.compare_digest((session.password or "").encode(), its["password"].encode()):
            return False
        return not session.will_topic or any(covers(one, session.will_topic) for one in its["publish"])


class StationTopics(BaseTopicPlugin):
    """Allows what `rights` says."""

    @dataclass
    class Config:
        """file: what `prepare` wrote."""

        file: str = ""

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        """True for topics of the user's own list; everything that is delivered was subscribed, so it passes."""
        if action is Action.RECEIVE:
            return True
        its = users(self._get_config_option("file")).get((session.username if session else None) or "")
        kind = "publish" if action is Action.PUBLISH else "subscribe"
        return its is not None and any(covers(one, topic or "") for one in its[kind])


class StationBroker(Broker):
    """amqtt's broker, with the right to a retained message looked at."""

    def __init__(self, config: dict[str, Any], file: str) -> None:
        """`file`: what `prepare` wrote."""
        super().__init__(config)
        self._file = file

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        its = users(self._file).get(session.username or "")
        if its is not None and any(covers(one, subscription[0]) for one in its["subscribe"]):
            await super()._publish_retained_messages_for_subscription(subscription, session)


def main(file: str) -> None:
    """Serve what `prepare` wrote until SIGTERM."""
    logging.basicConfig(level=logging.CRITICAL)
    asyncio.run(serve(file))


async def serve(file: str) -> None:
    """Serve until SIGTERM."""
    plugins = {f"{__name__}.{plugin.__name__}": {"file": file} for plugin in (StationLogin, StationTopics)}
    port = json.loads(Path(file).read_text("utf-8"))["port"]
    listeners = {"default": {"type": "tcp", "bind": f"{HOST}:{port}"}}
    broker = StationBroker({"listeners": listeners, "plugins": plugins}, file)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    await broker.start()
    await ended.wait()
    await broker.shutdown()
