"""Files: bytes in, bytes out, nothing lost in between.

Reading is here. Writing is in `migrator.files.writing`, which read-only commands do not import. What writing promises,
and how, is in `docs/engine/writing.md`.
"""

from __future__ import annotations

from migrator.files.reading import LARGEST, Snapshot, identity, read, read_stream

__all__ = ["LARGEST", "Snapshot", "identity", "read", "read_stream"]
