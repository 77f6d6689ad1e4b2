"""Files: bytes in, bytes out, and nothing lost in between.

What reads stands here. `migrator.files.writing` is the door of what writes, which a command that only looks does not
load. What is promised about writing, and how it is kept, stands in `docs/engine/writing.md`.
"""

from __future__ import annotations

from migrator.files.reading import LARGEST, Snapshot, identity, read, read_stream

__all__ = ["LARGEST", "Snapshot", "identity", "read", "read_stream"]
