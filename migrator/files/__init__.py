"""Files: bytes in, bytes out, and nothing lost in between.

`read` is all that a command needs which writes nothing. What is promised about writing, and how it is kept, stands in
`docs/engine/writing.md`.
"""

from __future__ import annotations

from migrator.files.reading import LARGEST, Snapshot, identity, read, read_stream
from migrator.files.system import refuse_to_write_without
from migrator.files.writing import Replacement, Written, create, recover, undo, write

__all__ = [
    "LARGEST",
    "Replacement",
    "Snapshot",
    "Written",
    "create",
    "identity",
    "read",
    "read_stream",
    "recover",
    "refuse_to_write_without",
    "undo",
    "write",
]
