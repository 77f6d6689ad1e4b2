"""Code that runs as another user of the machine, for tests by root."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable


def as_user(uid: int, action: Callable[[], object]) -> None:
    """Run something in a child process of that user; assertions in it count."""
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
