"""What was made of a release: what `check`, which makes nothing, does not tell of."""

from __future__ import annotations

from typing import NamedTuple

from migrator.values.edits import Route, Value


class LayerReport(NamedTuple):
    """One file of the release: its bytes before and after (the same object where nothing changes).

    Of a file that releases share, the diff stands with the first of them: with the others `after` is `before`, and
    `in_the_end` is what all of them make of it (None: `after`).
    """

    path: str
    before: bytes
    after: bytes
    in_the_end: bytes | None = None

    @property
    def is_changed(self) -> bool:
        """Whether the file is another one in the end, be it for this release or for one that shares it."""
        return self.before != (self.after if self.in_the_end is None else self.in_the_end)

    @property
    def digests(self) -> tuple[str, str]:
        """SHA-256 of the bytes before and in the end, in hexadecimal."""
        import hashlib

        last = self.after if self.in_the_end is None else self.in_the_end
        return hashlib.sha256(self.before).hexdigest(), hashlib.sha256(last).hexdigest()


class StepReport(NamedTuple):
    """What one step made of the files: their bytes before and after it, as far as it changes them."""

    migration: str
    step: str
    title: str
    layers: tuple[LayerReport, ...]


class NextStep(NamedTuple):
    """A sentence on what to do next, or a command to run, or a file to have: lines to be copied as they are."""

    text: str
    is_command: bool = False


class DocumentReport(NamedTuple):
    """One YAML document of a file as data, before and after; `number` counts from 0.

    `texts` are the values that stand in it as a text (`values: |`): where, and what they read before and after.
    """

    path: str
    number: int
    before: Value
    after: Value
    texts: tuple[tuple[Route, Value, Value], ...] = ()


class ReleaseReport(NamedTuple):
    """The release in a cluster that a report is about, where one was asked: its last revision may have failed."""

    name: str
    namespace: str
    revision: int
    status: str
    managed_by: str
