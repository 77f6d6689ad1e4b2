"""Run `helm` as a child that does not outlive this process, with values that do not stay on disk after a kill.

After a signal that ends this process at once (TERM, HUP, KILL), nothing here can clean up. So cleanup is arranged
beforehand: the values are in unnamed files, which vanish with the last process that has them open, and a shell waits
for this process to end and then kills helm and everything that helm started.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

if TYPE_CHECKING:
    import subprocess

_WATCH = "trap '' HUP INT QUIT TERM; read -r ended || kill -s KILL 0"
"""The script of the shell in helm's process group: its input ends without a line if this process dies."""


class Completed(NamedTuple):
    """How helm ended, and its output; `paths` are the paths by which it was given the values, in order."""

    code: int
    out: str
    err: str
    paths: tuple[str, ...]


class OutputTooLarge(Exception):
    """The output of the child exceeds the limit."""


def run(command: Sequence[str], values: Sequence[bytes], seconds: float, *, most: int = 0) -> Completed:
    """Run helm with `--values` for each of these texts; only this user can read them meanwhile.

    Raises subprocess.TimeoutExpired after `seconds`, TooMuch beyond `most` bytes of output (0: no limit), and OSError
    if it cannot be run; helm has ended in these cases too.
    """
    import subprocess

    with ExitStack() as stack:
        paths, descriptors = _hand_over(values, stack)
        words = [*command, *(word for path in paths for word in ("--values", path))]
        group = stack.enter_context(_watched_group())
        process = stack.enter_context(
            subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=descriptors,
                # Its own process group, so that everything it starts can be killed with it.
                start_new_session=group is None,
                **({} if group is None else _in_group(group)),
            )
        )
        try:
            out, err = _output(process, seconds, most) if most else process.communicate(timeout=seconds)
        except BaseException:
            _end(process, group)
            raise
    return Completed(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"), tuple(paths))


def _output(process: subprocess.Popen[bytes], seconds: float, most: int) -> tuple[bytes, bytes]:
    """Like `communicate`, but stops reading beyond `most` bytes instead of keeping everything."""
    if os.name != "posix":
        return process.communicate(timeout=seconds)
    import selectors
    import subprocess
    import time

    end, size = time.monotonic() + seconds, 0
    pieces: dict[object, list[bytes]] = {process.stdout: [], process.stderr: []}
    with selectors.DefaultSelector() as selector:
        for stream in pieces:
            selector.register(stream, selectors.EVENT_READ)  # type: ignore[arg-type]
        while selector.get_map():
            ready = selector.select(max(end - time.monotonic(), 0))
            if not ready and time.monotonic() >= end:
                raise subprocess.TimeoutExpired(process.args, seconds)
            for key, _ in ready:
                piece = os.read(key.fd, 65536)
                size += len(piece)
                if size > most:
                    raise OutputTooLarge
                if piece:
                    pieces[key.fileobj].append(piece)
                else:
                    selector.unregister(key.fileobj)
    process.wait(max(end - time.monotonic(), 0.1))
    out, err = (b"".join(each) for each in pieces.values())
    return out, err


def _hand_over(values: Sequence[bytes], stack: ExitStack) -> tuple[list[str], list[int]]:
    """The paths by which a child reads these texts, and the descriptors that it needs for that."""
    import tempfile

    if not os.path.isdir("/dev/fd"):  # Windows: use a private folder, which a kill leaves behind
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="infrahub-migrator-"))
        paths = [os.path.join(folder, f"values-{number}.yaml") for number in range(len(values))]
        for path, text in zip(paths, values):
            with open(path, "wb") as named:
                named.write(text)
        return paths, []
    descriptors = []
    for text in values:
        file = stack.enter_context(_unnamed_file())
        file.write(text)
        file.seek(0)  # on macOS, opening it by descriptor continues at this file's position
        descriptors.append(file.fileno())
    return [f"/dev/fd/{descriptor}" for descriptor in descriptors], descriptors


def _unnamed_file() -> BinaryIO:
    """An empty file that vanishes when closed: in memory if possible, so that /tmp may be read-only."""
    import tempfile

    if hasattr(os, "memfd_create"):
        with suppress(OSError):  # a kernel or sandbox without this call
            return os.fdopen(os.memfd_create("values"), "w+b")
    return tempfile.TemporaryFile()


@contextmanager
def _watched_group() -> Iterator[int | None]:
    """A process group that is killed when this process ends, however it ends; None if there is no shell to watch it.

    The watching shell is started before anything else joins the group.
    """
    import subprocess

    watch = None
    if hasattr(os, "setpgrp"):
        with suppress(OSError):
            watch = subprocess.Popen(
                ["/bin/sh", "-c", _WATCH],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **_in_group(0),
            )
    try:
        yield watch.pid if watch is not None else None
    finally:
        if watch is not None:
            with suppress(OSError):
                watch.communicate(b"ended\n")
            watch.wait()


def _in_group(group: int) -> dict[str, Any]:
    """The arguments for Popen to start a child in that group, or in a new one (0).

    A `preexec_fn` would make Popen copy this whole process.
    """
    if sys.version_info >= (3, 11):
        return {"process_group": group}
    else:  # noqa: RET505 - without it, mypy considers the rest unreachable
        return {"preexec_fn": partial(os.setpgid, 0, group)}


def _end(process: subprocess.Popen[bytes], group: int | None) -> None:
    """Kill helm and what it started: a child of a wrapper would keep its output open."""
    if hasattr(os, "killpg"):
        import signal

        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group or process.pid, signal.SIGKILL)
    else:
        process.kill()
