"""What writing depends on, and whether the system has it: Windows does not.

There, Python has no `fcntl` (https://docs.python.org/3/library/fcntl.html), no `os.O_NOFOLLOW` and no
`signal.pthread_sigmask`. Two runs could not exclude each other and a link could look like a file, so nothing is
written.
"""

from __future__ import annotations

import os

from migrator.errors import UsageError


def missing_features() -> list[str]:
    """What writing depends on and this system lacks, as text; empty where files can be written."""
    try:
        import fcntl

        locks = hasattr(fcntl, "flock")
    except ImportError:
        locks = False
    import signal

    there = {
        "file locks": locks,
        "opening without following links": hasattr(os, "O_NOFOLLOW") and hasattr(os, "O_DIRECTORY"),
        "file owners and modes": hasattr(os, "fchown") and hasattr(os, "fchmod") and hasattr(os, "geteuid"),
        "blocking of signals": hasattr(signal, "pthread_sigmask") and hasattr(signal, "sigwait"),
    }
    return [name for name, is_there in there.items() if not is_there]


def refuse_unsafe_writes() -> None:
    """Raise UsageError, with the alternatives, where the system lacks what writing depends on."""
    if missing := missing_features():
        raise UsageError(
            f"files cannot be written safely on this system, which lacks {', '.join(missing)}.",
            remedy="plan, diff, check, verify and migrate --dry-run work here. To migrate, run it in WSL, or print "
            "the result: migrate FILE --output - > NEW-FILE (in cmd or in PowerShell 7.4 or later: older versions "
            "change what they redirect).",
        )
