"""Long text at a terminal, one page at a time, as in Git."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from migrator.prompts.terminal import is_dumb

_CANNOT_RUN = (126, 127)  # exit codes of a shell: not executable, not found


def show(text: str, *, plain: bool) -> None:
    """Show the text in $PAGER (less by default), or print it if there is no pager or it does not work.

    With the options that Git passes to it, less only prints text that fits on the screen, and keeps colours
    (https://git-scm.com/docs/git-config#Documentation/git-config.txt-corepager).
    """
    command = os.environ.get("PAGER", "less")
    if plain or is_dumb() or command.strip() in ("", "cat"):
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    # The command is the user's own and may contain options: a shell runs it, as in Git.
    with subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, env=environment) as pager:
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C belongs to the pager while it runs
        try:
            pager.communicate(text.encode(sys.stdout.encoding or "utf-8", "replace"))
        finally:
            signal.signal(signal.SIGINT, previous)
    if pager.returncode in _CANNOT_RUN:
        sys.stdout.write(text)
