"""`python -m cloud`: run the cloud until SIGTERM or SIGINT. `user`, `token`, `audit` and `roots`: see cloud/account_commands.py.

`python -m cloud ticket-key`: make the next key that seals tickets; the running cloud takes it at its next start."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys

import uvicorn
from fastapi import FastAPI

from cloud import account_commands
from cloud.app import Cloud, assemble, create_app, wall_ms
from cloud.errors import CloudError
from cloud.settings import Settings, from_environment

GRACE_S = 2


class Server(uvicorn.Server):
    """Lets the followers of the event stream go before it waits for requests to end."""

    cloud: Cloud | None = None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.cloud:
            self.cloud.parts.hub.close()
        await super().shutdown(sockets)


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 after an orderly end, 1 when it could not start or ended by a bug, 2 for wrong arguments."""
    words = sys.argv[1:] if arguments is None else arguments
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = from_environment(os.environ)
        if words == []:
            return serve(settings)
        if words[0] in account_commands.VERBS:
            return account_commands.run(words, settings)
        if words == ["ticket-key"]:
            assemble(settings).seals.change(wall_ms())
            print("made; start the cloud again: stations learn the key at once, and it seals from tomorrow on")
            return 0
    except (CloudError, OSError) as error:
        print(f"cloud: {error}", file=sys.stderr)
        return 1
    print(f"usage: python -m cloud [user … | token NAME | audit … | roots … | ticket-key], not {' '.join(words)!r}", file=sys.stderr)
    return 2


def serve(settings: Settings) -> int:
    """Run until told to end. Prints its address, and at the very first start the first token."""
    listening = _listen(settings)
    crashes: list[str] = []

    def crashed() -> None:
        crashes.append("ingest")
        server.should_exit = True

    cloud = assemble(settings, crashed=crashed)
    app: FastAPI = create_app(cloud)
    spare_collector()
    config = uvicorn.Config(
        app, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_S, server_header=False, lifespan="on",
        timeout_keep_alive=5, limit_concurrency=500,
    )  # fmt: skip
    server = Server(config)
    server.cloud = cloud
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"cloud: http://{host}:{listening.getsockname()[1]}/", flush=True)
    token = cloud.tokens.first(wall_ms())
    if token:
        print(f"cloud: first token, shown only now: {token}", flush=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn repeats the signal after an orderly end, which then is no failure
    server.run(sockets=[listening])
    return 1 if crashes or not server.started else 0


def spare_collector() -> None:
    """What is there after the start stays: let the collector not go through it again with every few batches, a fifth of the ingest's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 20, 50)


def _listen(settings: Settings) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        text = f"{settings.host}:{settings.port}: {error.strerror}; choose another SMART_STATION_CLOUD_PORT"
        raise OSError(error.errno, text) from None
    return listening


if __name__ == "__main__":
    sys.exit(main())
