"""Fixtures that all tests share: folders of presets and of other projects' files, and ways to run the command line."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from migrator.cli.main import run_command_line
from tests.preset_files import CORPUS, FOLDERS, TESTS
from tests.users import as_user

if TYPE_CHECKING:
    from tests.processes import ForkServer

MEMORY = "/dev/shm"
"""Where Linux keeps files in memory. On a disk, the suite waits for it each time that a file is stored."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="write tests/cases and tests/prompts/screens anew, to be read",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--update") and os.environ.get("CI"):
        raise pytest.UsageError("--update makes of any result the expected one: never where CI is set")
    # If it were set, each of the many processes that tests start would compile the program again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    is_chosen = config.option.basetemp is not None or {"TMPDIR", "PYTEST_DEBUG_TEMPROOT"} & os.environ.keys()
    if not is_chosen and _is_usable(MEMORY):
        os.environ["PYTEST_DEBUG_TEMPROOT"] = MEMORY


def _is_usable(folder: str) -> bool:
    """Whether the tests' files fit into the folder, and programs can be run from it."""
    try:
        found = os.statvfs(folder)
    except (AttributeError, OSError):  # Windows has no such function, macOS no such folder
        return False
    has_room = found.f_bavail * found.f_frsize > 1 << 30
    return has_room and not found.f_flag & os.ST_NOEXEC and os.access(folder, os.W_OK)


def pytest_collection() -> None:
    # 8,000 tests and all that they import stay until the end: there is nothing for the garbage collector to free.
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", params=FOLDERS)
def presets(request: pytest.FixtureRequest) -> Path:
    """A folder of presets, ours and then the published ones: GENERATION/values.FLAVOUR.yaml."""
    return FOLDERS[request.param]


@pytest.fixture(scope="session")
def unrelated_files() -> list[Path]:
    """Files of other people's releases: one of each shape, and where the corpus is, all the published ones."""
    return [*sorted((TESTS / "unrelated").iterdir()), *sorted((CORPUS / "wild").glob("*.yaml"))]


class Done(NamedTuple):
    """How a run of the command line ended."""

    returncode: int
    stdout: bytes
    stderr: bytes


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Run `infrahub-migrator` in `tmp_path`, without a terminal, in this process, which is fast."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*arguments: str | Path, stdin: bytes = b"") -> Done:
        streams = [io.TextIOWrapper(io.BytesIO(stdin)), *(io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in "oe")]
        with monkeypatch.context() as patched:
            for name, stream in zip(("stdin", "stdout", "stderr"), streams):
                patched.setattr(sys, name, stream)
            code = run_command_line([str(argument) for argument in arguments])
            written = [stream.detach().getvalue() for stream in streams[1:]]
        return Done(code, *written)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., Done]:
    """Run `infrahub-migrator` in its own process in `tmp_path`, with PATH and the given environment only."""

    def run(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> Done:
        command = [sys.executable, "-m", "migrator", *map(str, arguments)]
        env = {"PATH": os.environ.get("PATH", ""), **environment}
        done = subprocess.run(command, input=stdin, capture_output=True, cwd=tmp_path, env=env, timeout=60)
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def forks() -> Iterator[ForkServer]:
    """Starts `infrahub-migrator` on streams that a test has opened; fast, for tests that start it often."""
    from tests.processes import ForkServer  # it needs terminals and locks, which Windows lacks

    running = ForkServer()
    yield running
    running.close()


@pytest.fixture
def as_nobody() -> Callable[[Callable[[], object]], None]:
    """Run a function in a child process without privileges; its assertions count."""
    if os.geteuid() != 0:
        pytest.skip("dropping privileges needs root")
    return partial(as_user, 65534)
