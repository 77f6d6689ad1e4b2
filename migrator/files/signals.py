"""Signals held back while files are being replaced, so that none comes between two steps."""

from __future__ import annotations

import signal
from types import TracebackType


class SignalsHeld:
    """Within it, SIGINT, SIGTERM and SIGHUP wait; they take their course when it is left.

    Signals that the process ignores (under nohup, say) are not held: they would look like pending ones.
    """

    def __enter__(self) -> SignalsHeld:
        kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        self._too_late = False
        self._held = {kind for kind in kinds if signal.getsignal(kind) is not signal.SIG_IGN}
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, self._held)
        return self

    def pending(self) -> bool:
        """Whether one of them came meanwhile."""
        return bool(signal.sigpending() & self._held)

    def come_too_late(self) -> None:
        """Forget, on leaving, those that would raise in this process: they could only say that nothing was written.

        One that ends the process by default still does, with everything in place.
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
