"""Run code as another user of the machine, in tests that run as root."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable


def as_user(uid: int, action: Callable[[], object]) -> None:
    """Run a function in a child process as that user; its assertions count."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            action()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
