"""`python -m migrator`, and the entry point of the command `infrahub-migrator`."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line; answer the exit code."""
    try:
        from migrator.cli.main import run_command_line  # here, since ^C can come while it is loaded

        code = run_command_line(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    _discard_unread_output()
    return code


def _discard_unread_output() -> None:
    """Send what a closed terminal or pipe no longer takes to nowhere.

    Python would try once more at the end and make the exit code 120 of it
    (https://docs.python.org/3/library/signal.html#note-on-sigpipe).
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
