"""Text with positions: YAML as Helm reads it, and edits that leave every other byte unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.values.edits import Edit
from migrator.yamltext.stream import Document, Duplicate, Stream, parse

if TYPE_CHECKING:
    from migrator.yamltext.comments import Orphan as Orphan
    from migrator.yamltext.splicing import Edited as Edited

__all__ = ["Document", "Duplicate", "Stream", "apply", "parse"]


def apply(stream: Stream, edits: Sequence[Edit], document: int = 0) -> Edited:
    """Apply `edits`, which all refer to `document` as it is, and nothing else; without edits, the bytes stay the same.

    Raises RefusedError, with the line, for a shape that is not edited, NoSuchRoute where an edit does not fit the data,
    and VerificationError if the result is not exactly what was planned, which would be our bug.
    """
    # Most runs find nothing to edit, and the writing half is most of the code.
    from migrator.yamltext import splicing

    return splicing.apply(stream, edits, document)
