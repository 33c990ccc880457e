"""The page's server in a thread of its own, so that a slow browser costs the deciding thread nothing."""

import logging
import socket
from collections.abc import Callable
from threading import Event, Thread

import uvicorn

from contract.config import WebConfig
from edge.adapters.kiosk_web.app import Surface, make_app
from edge.domain.messages import Post
from edge.domain.screen import Screen
from edge.errors import StationError

log = logging.getLogger(__name__)

START_S = 10.0
STOP_S = 1.8
CONNECTIONS = 64


class WebError(StationError):
    """The page can not be served; the text says where and what to do."""


class KioskWeb:
    """`screen`, `preview` and `clock` are called on the server's thread and must answer at once."""

    def __init__(
        self,
        config: WebConfig,
        screen: Callable[[], Screen],
        post: Post,
        preview: Callable[[], bytes | None],
        clock: Callable[[], float],
    ) -> None:
        self._config = config
        self._stopping = Event()
        self._surface = Surface(config.host, screen, post, preview, clock, self._stopping.is_set)
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None
        self._port = config.port

    @property
    def port(self) -> int:
        """Known after start()."""
        return self._port

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the page; the port is known after start()."""
        host = "127.0.0.1" if self._config.host in ("", "0.0.0.0", "::") else self._config.host
        return f"http://[{host}]:{self._port}/" if ":" in host else f"http://{host}:{self._port}/"

    def start(self) -> None:
        """Returns when the page can be fetched.

        Raises:
            WebError: the address is taken or not of this machine, or the server did not come up.
        """
        listener = self._listen()
        self._port = listener.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                make_app(self._surface),
                lifespan="off",
                access_log=False,
                log_config=None,
                log_level="warning",
                server_header=False,
                limit_concurrency=CONNECTIONS,
                timeout_graceful_shutdown=1,
                h11_max_incomplete_event_size=16_384,
                http="h11",
                loop="asyncio",
                ws="none",
            )
        )
        self._thread = Thread(target=self._run, args=(listener,), name="kiosk-web", daemon=True)
        self._thread.start()
        self._wait_until_up(listener)
        log.info("touch screen page at %s", self.url)

    def stop(self) -> None:
        """Ends all streams and the thread, within 2 s. Harmless when it was not started."""
        self._stopping.set()
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOP_S)
        self._surface.forget()

    def _listen(self) -> socket.socket:
        host, port = self._config.host, self._config.port
        try:
            family = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
            return socket.create_server((host, port), family=family)
        except OSError as error:
            reason = error.strerror or str(error)
            advice = "choose another web.port (0 takes any free one) or web.host"
            raise WebError(f"web: cannot listen on {host}:{port}: {reason}; {advice}") from error

    def _run(self, listener: socket.socket) -> None:
        assert self._server is not None
        try:
            self._server.run(sockets=[listener])
        except Exception:
            log.exception("the touch screen page ended")
        finally:
            listener.close()

    def _wait_until_up(self, listener: socket.socket) -> None:
        assert self._server is not None and self._thread is not None
        for _ in range(round(START_S / 0.01)):
            if self._server.started:
                return
            self._thread.join(0.01)
            if not self._thread.is_alive():
                break
        self.stop()
        raise WebError(f"web: the page did not come up on {self.url} within {START_S:g} s; see the log")
