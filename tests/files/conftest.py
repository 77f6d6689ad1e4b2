"""Fixtures of the write path's tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def values(tmp_path: Path) -> Path:
    """A values file of mode 0600 that was last written in 2020."""
    path = tmp_path / "values.yaml"
    path.write_bytes(b"messaging:\r\n  redis: {host: cache}   # ours\r\n")
    path.chmod(0o600)
    os.utime(path, ns=(1_577_836_800_123_456_789, 1_577_836_800_987_654_321))
    return path


@pytest.fixture
def as_nobody() -> Callable[[Callable[[], None]], None]:
    """Run something in a child process without privileges; assertions in it count."""
    if os.geteuid() != 0:
        pytest.skip("dropping privileges needs root")

    def run(action: Callable[[], None]) -> None:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                action()
                code = 0
            except BaseException:
                import traceback

                traceback.print_exc()
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    return run


def set_attribute(path: Path, name: str, value: bytes) -> None:
    """Give a file an extended attribute, or skip the test where there are none."""
    if not hasattr(os, "setxattr"):
        pytest.skip("Python has no functions for extended attributes on this system")
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"no extended attributes here: {error.strerror}")
