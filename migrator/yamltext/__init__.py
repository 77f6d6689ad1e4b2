"""Text with positions: YAML as Helm reads it, and edits that leave every other byte alone."""

from __future__ import annotations

from migrator.yamltext.stream import Document, Duplicate, Stream, parse

__all__ = ["Document", "Duplicate", "Stream", "parse"]
