"""What was made of a release: what `check`, which makes nothing, does not tell of."""

from __future__ import annotations

from typing import NamedTuple

from migrator.values.edits import Route, Value


class LayerReport(NamedTuple):
    """One file of the release: its bytes before and after (the same object where nothing changes)."""

    path: str
    before: bytes
    after: bytes

    @property
    def digests(self) -> tuple[str, str]:
        """SHA-256 of the bytes before and after, in hexadecimal."""
        import hashlib

        return hashlib.sha256(self.before).hexdigest(), hashlib.sha256(self.after).hexdigest()


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
