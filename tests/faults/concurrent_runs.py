"""Runs of stand_in.py at the same moment: forked from one process that has imported it, and released together.

    python tests/faults/concurrent_runs.py < commands.json

The input is a list of command lines, the output a list of [exit code, printed text].
"""

from __future__ import annotations

import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from tests.faults import stand_in


def main() -> None:
    commands = json.load(sys.stdin)
    waiting, gate = os.pipe()
    running = []
    for command in commands:
        output = tempfile.TemporaryFile()  # noqa: SIM115 - read at the end
        pid = os.fork()
        if not pid:
            os.close(gate)
            os.read(waiting, 1)  # until the other end is closed
            for number in (1, 2):
                os.dup2(output.fileno(), number)
            sys.argv = ["stand_in.py", *command]
            sys.exit(stand_in.main())
        running.append((pid, output))
    os.close(gate)
    done = []
    for pid, output in running:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        output.seek(0)
        done.append((code, output.read().decode()))
    print(json.dumps(done))


if __name__ == "__main__":
    main()
