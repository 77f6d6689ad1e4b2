"""`infrahub-migrator` on a real pseudo-terminal, with an emulated screen that can be read."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyte

from tests.processes import ForkServer

UP, DOWN, ENTER, ESC, CTRL_C, CTRL_D = "\x1b[A", "\x1b[B", "\r", "\x1b", "\x03", "\x04"
CHANGE = 4 * DOWN + ENTER
"""The keys that choose to change an answer, from the top of the final choice."""
CLEAR = "\x15"  # Ctrl-U: empties the line that is being typed

_PATIENCE = 60.0  # seconds to wait for what a test expects on the screen; a busy machine is slow
_QUIET = 12  # a screen is complete after so many looks, each a twentieth of a second, at which nothing new came


class _Screen(pyte.HistoryScreen):
    """An emulated terminal that answers where its cursor is, as real ones do."""

    answer: Callable[[str], object]

    def write_process_input(self, data: str) -> None:
        self.answer(data)


class Session:
    """`infrahub-migrator` at a terminal of its own."""

    def __init__(
        self,
        forks: ForkServer,
        folder: Path,
        arguments: list[str],
        rows: int,
        columns: int,
        environment: dict[str, str],
    ) -> None:
        self.is_dumb = environment.get("TERM") == "dumb"
        self._terminal, programs = os.openpty()
        self._set_size(rows, columns)
        self._run = forks.start(arguments, folder, environment, (programs, programs, programs))
        os.close(programs)
        self._screen = _Screen(columns, rows, history=10_000, ratio=1)
        self._screen.answer = self.type
        self._stream = pyte.ByteStream(self._screen)
        self._display: str | None = None  # None once more was printed

    def type(self, *keys: str) -> None:
        os.write(self._terminal, "".join(keys).encode())

    def resize(self, rows: int, columns: int) -> None:
        """Change the size of the window."""
        self._screen.resize(rows, columns)
        self._display = None
        self._set_size(rows, columns)

    def _set_size(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def display(self) -> str:
        """What is on the screen now."""
        if self._display is None:
            self._display = "\n".join(_read(self._screen.buffer[y]) for y in range(self._screen.lines))
        return self._display

    @property
    def text(self) -> str:
        """All that was printed: what is on the screen, and what was scrolled away above it."""
        return "\n".join([*map(_read, self._screen.history.top), self.display])

    def colours(self) -> set[str]:
        """The colours of all that was printed."""
        lines = [*self._screen.history.top, *(self._screen.buffer[y] for y in range(self._screen.lines))]
        return {char.fg for line in lines for char in line.values()} - {"default"}

    def asks(self, prompt: str) -> None:
        """Wait until this is the current prompt."""
        self._wait(
            lambda: re.search(rf"^(\? )?{re.escape(prompt)}(?!.*\n(.*\n)*\?)", self.display, re.M) is not None, prompt
        )

    def says(self, text: str) -> None:
        """Wait until that was printed; line breaks and indents do not count."""
        self._wait(lambda: squeezed(text) in squeezed(self.text), text)

    def ends(self) -> int:
        """Wait for the end; the exit status."""
        self._wait(lambda: not self._alive(), "the end")
        return self._status()

    def _status(self) -> int:
        status = self._run.poll(_PATIENCE)
        assert status is not None, "it closed its terminal, and did not end"
        return status

    def type_and_wait(self, *keys: str) -> None:
        """Type, and wait until the screen changes: the next prompt may have the same text."""
        before = self.text
        self.type(*keys)
        self._wait(lambda: self.text != before, "what the keys do")

    def settled(self, is_so: Callable[[str], bool] | None, *, ends: bool = False) -> str:
        """The screen once it is as wanted, or, without `is_so`, once no more is printed."""
        if ends:
            self.ends()
        deadline = time.monotonic() + _PATIENCE / 3
        while is_so is not None and not is_so(self._shown) and time.monotonic() < deadline:
            self._alive()
        while is_so is None:
            before = self._shown
            for _ in range(_QUIET):
                self._alive()
            if self._shown == before:
                break
        return self._shown

    @property
    def _shown(self) -> str:
        return self.display.rstrip("\n")

    def hang_up(self) -> int:
        """Close the terminal, as a closed window does, and wait; the exit status."""
        self._close_terminal()
        return self._status()

    def signal_until_the_end(self, number: signal.Signals) -> None:
        """Send a signal again and again until the process ends."""
        deadline = time.monotonic() + _PATIENCE
        while self._run.poll() is None:
            assert time.monotonic() < deadline, "the signal was not heard"
            with suppress(ProcessLookupError):  # it has just ended
                self.signal(number)
            self._alive(0.001)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self._run.pid, number)

    def close(self) -> None:
        self._run.close()
        self._close_terminal()

    def _close_terminal(self) -> None:
        if self._terminal >= 0:
            os.close(self._terminal)
            self._terminal = -1

    def _alive(self, patience: float = 0.05) -> bool:
        """Read what was printed; whether more can come."""
        if select.select([self._terminal], [], [], patience)[0]:
            try:
                read = os.read(self._terminal, 1 << 16)
            except OSError:  # Linux, once no process has the terminal open
                return False
            self._stream.feed(read)
            self._display = None
            return read != b""
        return True

    def _wait(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        alive = True
        while not is_so():
            assert alive, f"it ended without {what!r}:\n{self.text}"
            assert time.monotonic() < deadline, f"waited in vain for {what!r}:\n{self.text}"
            alive = self._alive()


def _read(line: Mapping[int, Any]) -> str:
    """The characters of a line up to the last one that is not blank; a wide one is followed by an empty cell.

    The same as `Screen.display`, which is slower: it measures each character again.
    """
    get = line.get
    return "".join([" " if (cell := get(x)) is None else cell.data for x in range(max(line, default=-1) + 1)]).rstrip()


def squeezed(text: str) -> str:
    """The text without spaces and line breaks, since it does not matter where a line is wrapped."""
    return "".join(text.split())
