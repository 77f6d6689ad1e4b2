"""The totals of a run over all of its releases: by status, and by the effect of the changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from migrator.report.json_format import FROM_WORST
from migrator.report.records import Report, Status
from migrator.report.text_check import count
from migrator.values.changes import Effect

STATUS_NAMES: dict[Status, str] = {
    "failed": "failed", "needs-decision": "to decide", "refused": "refused", "pending": "pending",
    "migrated": "migrated", "current": "current", "unrelated": "unrelated", "out-of-scope": "out of scope",
    "skipped": "skipped",
}  # fmt: skip
"""The name of each status in a count."""

_EFFECTS: tuple[tuple[Effect, str, str], ...] = (
    ("required", "is required", "are required"),
    ("behaviour", "changes what a pod does", "change what a pod does"),
    ("none", "leaves behaviour as it is", "leave behaviour as it is"),
)


def statuses(report: Report) -> dict[Status, int]:
    """How many releases have each status, the worst first; without those that no release has."""
    found = Counter(file.status for file in report.files)
    return {status: found[status] for status in FROM_WORST if status in found}


def effects(report: Report) -> dict[Effect, int]:
    """How many changes have each effect."""
    found = Counter(change.effect for file in report.files for change in file.changes)
    return {effect: found[effect] for effect, _, _ in _EFFECTS}


def status_sentence(report: Report) -> str:
    """A sentence such as `3 releases: 1 to decide, 2 pending.`"""
    return counts_sentence(statuses(report))


def counts_sentence(found: Mapping[Status, int]) -> str:
    """The same sentence for existing counts."""
    counts = ", ".join(f"{found[status]} {STATUS_NAMES[status]}" for status in FROM_WORST if found.get(status))
    return f"{count(sum(found.values()), 'release')}: {counts}." if counts else "No release."


def effect_sentence(report: Report) -> str:
    """A sentence such as `14 changes: 2 are required, 12 leave behaviour as it is.`; empty if nothing changes."""
    found = effects(report)
    counts = ", ".join(
        f"{found[effect]} {one if found[effect] == 1 else more}" for effect, one, more in _EFFECTS if found[effect]
    )
    return f"{count(sum(found.values()), 'change')}: {counts}." if counts else ""


def problem_sentence(report: Report) -> str:
    """A sentence such as `1 error and 2 warnings, under "Notices".`; empty if there are none."""
    found = Counter[str]()
    for file in report.files:
        found.update(notice.severity for notice in file.notices)
        found.update(finding.severity for finding in file.findings)
    counts = [count(found[severity], severity) for severity in ("error", "warning") if found[severity]]
    return f'{" and ".join(counts)}, under "Notices".' if counts else ""
