"""Where values live: plain files, layers, Flux and Argo CD objects; found here, and returned as releases.

Callers need not know where a layer's values are: a `Source` reads them, edits them, and knows their lines.
"""

from __future__ import annotations

from migrator.sources.bundle import Bundle, Deployed, of_layers
from migrator.sources.memory import kept
from migrator.sources.opening import Opened, open_file, open_layers, open_source
from migrator.sources.source import EditedFile, Source, read, read_bytes

__all__ = [
    "Bundle",
    "Deployed",
    "EditedFile",
    "Opened",
    "Source",
    "kept",
    "of_layers",
    "open_file",
    "open_layers",
    "open_source",
    "read",
    "read_bytes",
]
