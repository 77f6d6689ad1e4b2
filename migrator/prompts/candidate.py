"""One of several releases decided together, and the Redis databases that they use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from migrator.errors import MigratorError
from migrator.migration import Question
from migrator.planning import examine
from migrator.prompts.answers_file import fingerprint
from migrator.prompts.decisions import Decided, Decisions
from migrator.report.records import FileReport, Report
from migrator.sources import Bundle
from migrator.values.release import Release


class Claims(Protocol):
    """The Redis databases that the releases use, as far as they are decided."""

    def take(self, name: str, release: Release) -> None:
        """Record what a release now uses."""

    def collisions(self) -> Mapping[str, MigratorError]:
        """An error for each release that would share a database with another one."""


class Candidate:
    """One of the releases: its answers, the resulting plan, and whether it is still to be migrated.

    `seen` is the session's answer count when the plan was made; `error` says why there is no plan.
    """

    decisions: Decisions
    case: examine.Case

    def __init__(self, bundle: Bundle, group: int) -> None:
        self.bundle = bundle
        self.name = bundle.name
        self.group = group
        self.seen = -1
        self.error: MigratorError | None = None
        self.is_left_out = False
        self.was_current = False
        self.decided: Decided | None = None

    @property
    def is_active(self) -> bool:
        return not (self.error or self.is_left_out or self.was_current)

    @property
    def open(self) -> Sequence[Question]:
        return self.case.plan.open_questions if self.is_active else ()

    @property
    def as_read(self) -> Report:
        """The release with the values as read, to learn their secrets: its error message may repeat one."""
        data = [document.data for layer in self.bundle.layers for document in layer.stream.documents]
        return Report("migrate", (FileReport(self.name, "refused", values_before=data),))

    def asks(self, mark: str) -> bool:
        """Whether a question with that fingerprint is open."""
        return any(fingerprint(question) == mark for question in self.open)
