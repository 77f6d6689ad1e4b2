"""`python -m migrator`, and the entry point of the command `infrahub-migrator`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and answer its exit code."""
    from migrator.cli import run_command_line

    return run_command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
