"""Long text at a terminal: a page at a time, as Git shows it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from migrator.prompts.terminal import is_dumb

_NOT_TO_BE_RUN = (126, 127)  # a shell's exit codes for a command that cannot be run, or is not there


def show(text: str, *, plain: bool) -> None:
    """Show the text in $PAGER (less by default), or at once where there is none, or it does not work.

    What fits on the screen is only printed, and less passes colours on, by the options that Git gives it
    (https://git-scm.com/docs/git-config#Documentation/git-config.txt-corepager).
    """
    command = os.environ.get("PAGER", "less")
    if plain or is_dumb() or command.strip() in ("", "cat"):
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    # The command is the user's own, and may hold options: a shell reads it, as for Git.
    with subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, env=environment) as pager:
        heard = signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is the pager's as long as it runs
        try:
            pager.communicate(text.encode(sys.stdout.encoding or "utf-8", "replace"))
        finally:
            signal.signal(signal.SIGINT, heard)
    if pager.returncode in _NOT_TO_BE_RUN:
        sys.stdout.write(text)
