"""The check that a result is the original with exactly the edits; it shares no code with the splicing."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.errors import VerificationError
from migrator.values import tree
from migrator.values.edits import Value
from migrator.yamltext.page import Splice
from migrator.yamltext.stream import Stream

OUR_BUG = "Nothing was written. This is a bug in infrahub-migrator: report it with the lines around this one."


def holds(before: Stream, after: Stream, document: int, expected: Value) -> bool:
    """Whether that document in `after` is `expected`, and the others are as in `before`."""
    return len(before.documents) == len(after.documents) and all(
        tree.same(expected if one.index == document else one.data, other.data)
        for one, other in zip(before.documents, after.documents)
    )


def check_data(before: Stream, after: Stream, document: int, expected: Value) -> None:
    """Raise VerificationError unless `holds` is true of `after`."""
    if not holds(before, after, document, expected):
        raise VerificationError("the edited text does not match the plan.", path=before.name, remedy=OUR_BUG)


def check_bytes(before: Stream, after: Stream, splices: Sequence[Splice]) -> None:
    """Raise VerificationError unless `after` is `before` with only the places of the splices changed.

    Splices must be in order and must not overlap. The text between two of them is compared in the bytes of both.
    """
    old, new = before.text, after.text
    old_at = new_at = 0
    for splice in [*splices, Splice(len(old), len(old), "")]:
        kept = splice.start - old_at
        if kept < 0 or splice.end < splice.start or splice.end > len(old):
            raise VerificationError("two edits overlap in the text.", path=before.name, remedy=OUR_BUG)
        if old[old_at : splice.start] != new[new_at : new_at + kept]:
            raise VerificationError(
                "the edit would change text that it does not own.", path=before.name, remedy=OUR_BUG
            )
        new_at += kept
        if new[new_at : new_at + len(splice.text)] != splice.text:
            raise VerificationError("the edited text ended up in the wrong place.", path=before.name, remedy=OUR_BUG)
        new_at += len(splice.text)
        old_at = splice.end
    if new_at != len(new):
        raise VerificationError(
            "the edited text ends with something that no edit wrote.", path=before.name, remedy=OUR_BUG
        )
