"""Signals: deferred while files are being replaced, and kept where Python loses exceptions from their handlers."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

_noted: list[int] = []


def interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, as Python's own handler of ^C does, and note it for `raise_noted`."""
    _noted.append(number)
    raise KeyboardInterrupt


@contextmanager
def noting_interrupts() -> Iterator[None]:
    """In this context, a ^C at a bad moment is not lost.

    An exception that a handler raises while a weak reference is cleared, or in a destructor, is dropped ("Exception
    ignored in"), and the program goes on: https://docs.python.org/3/library/signal.html#handlers-and-exceptions.
    """
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if is_ours:
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if is_ours:
            _noted.clear()
            if signal.getsignal(signal.SIGINT) is interrupt:
                signal.signal(signal.SIGINT, signal.default_int_handler)


def raise_noted() -> None:
    """Raise the KeyboardInterrupt that was lost, if any: between two releases, and before each question."""
    if _noted:
        raise KeyboardInterrupt


class SignalsDeferred:
    """In this context, SIGINT, SIGTERM and SIGHUP are deferred until it is left.

    Signals that the process ignores (under nohup, for example) are not: they would look like pending ones.
    """

    def __enter__(self) -> SignalsDeferred:
        kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        self._too_late = False
        self._held = {kind for kind in kinds if signal.getsignal(kind) is not signal.SIG_IGN}
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, self._held)
        return self

    def pending(self) -> bool:
        """Whether one of them arrived meanwhile."""
        return bool(signal.sigpending() & self._held)

    def drop_late(self) -> None:
        """On leaving, drop those that would raise in this process: they could only say that nothing was written.

        One that ends the process by default still does, with every file complete.
        """
        self._too_late = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._too_late:
            for signalled in signal.sigpending() & self._held:
                if callable(signal.getsignal(signalled)):
                    signal.sigwait({signalled})
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
