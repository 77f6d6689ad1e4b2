"""Sessions at a pseudo-terminal, ended with the test that started them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes import ForkServer
from tests.prompts.terminal import Session


@pytest.fixture
def migrate(tmp_path: Path, forks: ForkServer) -> Iterator[Callable[..., Session]]:
    """Start `infrahub-migrator migrate` in `tmp_path`; no environment but PATH, a terminal's, and what is given."""
    sessions: list[Session] = []

    def start(*arguments: str, rows: int = 50, columns: int = 100, **environment: str) -> Session:
        usual = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(tmp_path),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PAGER": "cat",
        }
        session = Session(forks, tmp_path, ["migrate", *arguments], rows, columns, {**usual, **environment})
        sessions.append(session)
        return session

    yield start
    for session in sessions:
        session.close()
