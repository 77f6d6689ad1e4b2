"""Runs of the stand-in at the same moment: forked from one process that has imported it, and let go together.

    python tests/faults/crowd.py < commands.json

The input is a list of command lines; printed is a list of [exit code, what it said].
"""

from __future__ import annotations

import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from tests.faults import standin


def main() -> None:
    commands = json.load(sys.stdin)
    held, gate = os.pipe()
    running = []
    for command in commands:
        said = tempfile.TemporaryFile()  # noqa: SIM115 - read at the end
        pid = os.fork()
        if not pid:
            os.close(gate)
            os.read(held, 1)  # until nobody has the other end any more
            for number in (1, 2):
                os.dup2(said.fileno(), number)
            sys.argv = ["standin.py", *command]
            sys.exit(standin.main())
        running.append((pid, said))
    os.close(gate)
    done = []
    for pid, said in running:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        said.seek(0)
        done.append((code, said.read().decode()))
    print(json.dumps(done))


if __name__ == "__main__":
    main()
