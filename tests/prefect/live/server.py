"""A real redis-server on a free loopback port, stopped with the test that started it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from redis import Redis

REDIS_SERVER = shutil.which("redis-server")

_PATIENCE = 30.0  # seconds


class Server:
    """A running redis-server; `first` and `options` are its arguments, `password` what it requires (empty: none)."""

    def __init__(
        self, folder: Path, options: Sequence[str], password: str = "", *, tls: bool = False, first: Sequence[str] = ()
    ) -> None:
        self.password = password
        self.port = free_port()
        own = ["--requirepass", password] if password else []
        ports = ["--port", "0", "--tls-port", str(self.port)] if tls else ["--port", str(self.port)]
        self._log = folder / f"redis-{self.port}.log"
        if REDIS_SERVER is None:
            pytest.skip("redis-server is not installed")
        command = [REDIS_SERVER, *first, *ports, "--bind", "127.0.0.1", "--dir", str(folder), *own, *options]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait()

    def fill(self, database: int, *names: str) -> None:
        """Put keys of these names into a database."""
        with Redis(port=self.port, db=database, password=self.password or None) as client:
            for name in names:
                client.set(name, "x")

    def url(self, path: str = "", password: str = "") -> str:
        given = password or self.password
        return f"redis://{f':{given}@' if given else ''}127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(_PATIENCE)

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self._log.read_text("utf-8", "replace")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("redis-server does not listen")


def free_port() -> int:
    """A free loopback port, low enough for a cluster's own port 10000 above it."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < 55000:
            return port
