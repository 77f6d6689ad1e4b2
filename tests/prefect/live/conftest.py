"""Redis servers, and servers that only look like one, for the length of a test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.prefect.live.server import Server
from tests.prompts.conftest import migrate  # noqa: F401 - a fixture

Start = Callable[..., Server]


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start a redis-server with these options; none persists unless its options say so."""
    servers: list[Server] = []

    def start(*options: str, password: str = "", tls: bool = False, save: str = "") -> Server:
        folder = tmp_path_factory.mktemp("redis")
        servers.append(Server(folder, ["--save", save, *options], password, tls=tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def listener() -> Iterator[Callable[[bytes | None], int]]:
    """Listen on a port: a client gets these bytes and is disconnected, or, for None, gets no answer."""
    sockets: list[socket.socket] = []

    def start(reply: bytes | None) -> int:
        listening = socket.create_server(("127.0.0.1", 0))
        sockets.append(listening)

        def serve() -> None:
            while True:
                try:
                    taken, _ = listening.accept()
                except OSError:
                    return  # the test is over
                if reply is None:
                    sockets.append(taken)
                    continue
                taken.recv(1 << 16)
                taken.sendall(reply)
                taken.close()

        threading.Thread(target=serve, daemon=True).start()
        return int(listening.getsockname()[1])

    yield start
    for each in sockets:
        each.close()
