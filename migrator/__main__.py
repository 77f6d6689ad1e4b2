"""`python -m migrator`, and the entry point of the command `infrahub-migrator`."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    # A run is over before the collector could find anything to free; looking for it takes a tenth of a `check`.
    gc.disable()
    from migrator.cli.main import run_command_line

    code = run_command_line(sys.argv[1:])
    # Taking the interpreter down piece by piece takes another tenth, and everything is flushed by now.
    os._exit(code)


if __name__ == "__main__":
    main()
