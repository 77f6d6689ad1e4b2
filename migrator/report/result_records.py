"""The result of a migration of a release; `check`, which makes none, does not need these records."""

from __future__ import annotations

from typing import NamedTuple

from migrator.values.edits import Route, Value


class LayerReport(NamedTuple):
    """One file of the release: its bytes before and after (the same object if nothing changes).

    The diff of a file that releases share is kept with the first of them: for the others `after` is `before`, and
    `final` is the result of all of them (None: `after`).
    """

    path: str
    before: bytes
    after: bytes
    final: bytes | None = None

    @property
    def is_changed(self) -> bool:
        """Whether the file changes in the end, through this release or one that shares it."""
        return self.before != (self.after if self.final is None else self.final)

    @property
    def digests(self) -> tuple[str, str]:
        """SHA-256 of the bytes before and in the end, in hexadecimal."""
        import hashlib

        last = self.after if self.final is None else self.final
        return hashlib.sha256(self.before).hexdigest(), hashlib.sha256(last).hexdigest()


class StepReport(NamedTuple):
    """The result of one step: the bytes before and after it of the files that it changes."""

    migration: str
    step: str
    title: str
    layers: tuple[LayerReport, ...]


class NextStep(NamedTuple):
    """A sentence on what to do next, a command to run, or a file to create: lines to be copied as they are."""

    text: str
    is_command: bool = False


class DocumentReport(NamedTuple):
    """One YAML document of a file as data, before and after; `number` counts from 0.

    `texts` are the values that it holds as text (`values: |`): the route, and the values before and after.
    """

    path: str
    number: int
    before: Value
    after: Value
    texts: tuple[tuple[Route, Value, Value], ...] = ()


class ReleaseReport(NamedTuple):
    """The release in the cluster that the report is about, if one was queried: its last revision may have failed."""

    name: str
    namespace: str
    revision: int
    status: str
    managed_by: str
